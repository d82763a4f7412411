import type { Activity } from '../../lib/person/activity.ts';
import { baseValue, type Person } from '../../lib/person/person.ts';
import type { ChangeMessage } from '../../lib/sync/change-message.ts';
import type { Row } from '../sandbox/org/soql/source.ts';
import type { Operation } from './scenario.ts';

/** What the lines of a story say: who did what, in terms of persons and fields. */

type Values = Readonly<Record<string, unknown>>;

const HIDDEN = /^(CreatedDate|CreatedById|LastModified|SystemModstamp$|Name$|Id$|AccountId$|OwnerId$|attributes)/;

/** The long ids of rows, cut to what tells them apart: `00Q5g0000000004EAA` is `00Q…4`. */
export function withShortIds(line: string): string {
  return line.replace(/(00Q|003)5g0*([0-9A-Za-z]+?)[A-Z0-5]{3}(?![0-9A-Za-z])/g, '$1…$2');
}

function shown(value: unknown): string {
  return value === null || value === undefined || value === '' ? 'nothing' : JSON.stringify(value);
}

/** The number that a person of the story has, told by its email. */
function subjectIn({ Email }: Values): string {
  const found = /^(p\d+)@/.exec(typeof Email === 'string' ? Email : '');
  return found === null ? '' : ` (${found[1]})`;
}

function changes(after: Values, before: Values): string {
  const names = Object.keys(after).filter((name) => (after[name] ?? null) !== (before[name] ?? null));
  const told = names.filter((name) => !HIDDEN.test(name));
  return told.map((name) => `${name} ${shown(before[name])} → ${shown(after[name])}`).join(', ');
}

function values(fields: Values): string {
  return Object.entries(fields)
    .map(([field, value]) => `${field} ${shown(value)}`)
    .join(', ');
}

type OperationOf<Kind extends Operation['kind']> = Operation & { readonly kind: Kind };

const OPERATIONS: { readonly [Kind in Operation['kind']]: (operation: OperationOf<Kind>, row: string) => string } = {
  swapEmails: ({ other, side }, row) => `${side} swaps the emails of ${row} and of another (${other})`,
  salesEdit: ({ field, value }, row) => `sales sets ${field} of ${row} to ${shown(value)}`,
  marketingEdit: ({ field, value, subject }) => `marketing sets ${field} of p${subject} to ${shown(value)}`,
  massUpdate: ({ field, value }) => `sales sets ${field} of everybody to ${shown(value)}`,
  massEdit: ({ field, value }) => `marketing sets ${field} of everybody to ${shown(value)}`,
  salesTransaction: ({ field, value, seconds }, row) =>
    `sales sets ${field} of ${row} to ${shown(value)} in a transaction that commits after ${seconds} s`,
  create: ({ subject, sync, times }) =>
    `marketing creates p${subject}${sync ? ' and syncs it' : ''}${times > 1 ? `, ${times} times at once` : ''}`,
  salesCreate: ({ object, subject }) => `sales creates a ${object} of p${subject}`,
  sync: ({ subject }) => `somebody syncs p${subject} now`,
  contest: ({ subject, field, values: [one, other] }) =>
    `marketing sets ${field} of p${subject} and of another to ${shown(one)} and ${shown(other)}`,
  delete: (_, row) => `sales deletes ${row}`,
  undelete: (_, row) => `the administrator undeletes ${row}, or the row that it lost to a merge`,
  hardDelete: (_, row) => `the administrator deletes ${row} for good`,
  merge: (_, row) => `sales merges ${row} into another row`,
  convert: (_, row) => `sales converts ${row}`,
  convertInto: (_, row) => `sales converts ${row} into a Contact that is there`,
  reconcile: ({ acceptMissing }) =>
    `somebody asks for a reconciliation${acceptMissing ? ', however many rows are missing' : ''}`,
  share: ({ visible }, row) => `${row} ${visible ? 'comes back into' : 'goes out of'} the sync user’s sight`,
  deleteHere: ({ salesforce, subject }) => `marketing deletes p${subject} here; its row: ${salesforce}`,
  revive: ({ subject }) => `marketing creates who has the email of p${subject}`,
  preview: ({ subject }) => `somebody asks what a sync of p${subject} would do`,
  syncList: ({ who }) => `somebody syncs ${who === 'all' ? 'everybody' : 'who was never in Salesforce'} as a list`,
  assign: ({ subject, to }) => `somebody syncs p${subject} now and assigns it: ${to}`,
  outage: ({ minutes }) => `nothing is polled for ${minutes / 60} hours from now on`,
  storeDown: ({ minutes }) => `the store is down for ${minutes} minutes from now on`,
  rule: ({ on }) => `the administrator ${on ? 'forbids' : 'allows'} titles that begin with "bad"`,
  addField: () => 'the administrator adds a field, Extra__c',
  renameField: () => 'the administrator renames Extra__c to Renamed__c',
  retypeField: () => 'the administrator makes a number of Level__c',
  acceptField: () => 'somebody accepts the new type of Level__c',
  mend: () => 'what kept records from being saved is over, but for what is refused for good',
  refuse: ({ subject, naming }) => `from now on Salesforce refuses every save of p${subject}, naming ${naming}`,
  access: ({ on }) => `the administrator ${on ? 'gives the sync user' : 'takes from the sync user'} the right to Phone`,
  automation: () => 'automation of the org puts City into capitals',
};

export function operationTold(
  operation: Operation,
  row: { readonly id: string; readonly type: string } | undefined,
): string {
  const name =
    row === undefined ? `p${operation.subject}, who has no row` : `${row.type} ${row.id} (p${operation.subject})`;
  const told = OPERATIONS[operation.kind] as (operation: Operation, row: string) => string;
  return told(operation, name);
}

/** A row as it is saved, by one of our functions or by somebody in the org. */
export function rowTold(by: string | undefined, row: Row, before: Row | undefined): string {
  const name = `${String(row.Id).startsWith('00Q') ? 'Lead' : 'Contact'} ${row.Id}${subjectIn(row)}`;
  const stamp = String(row.SystemModstamp).slice(11, 19);
  const does = before === undefined ? 'is new' : changes(row, before) || 'is stamped anew';
  return `${by === undefined ? '  ' : `${by} writes `}${name}: ${before === undefined ? `${does}: ${changes(row, {})}` : does}; stamp ${stamp}`;
}

/** A person as it is stored. */
export function personTold(
  by: string | undefined,
  before: Person | undefined,
  after: Person,
  added: readonly Activity[],
): string {
  const link = after.salesforce;
  const where = link === null ? '' : ` for ${link.id} of ${link.systemModstamp.slice(11, 19)}${gone(link)}`;
  const parts = [
    changes(after.fields, before?.fields ?? {}),
    after.mergedInto !== null ? `a part of ${after.mergedInto} from now on` : '',
    waiting(after),
    ...added.map((activity) => `tells ${activityTold(activity)}`),
    after.rejection !== null ? `parked by ${after.rejection.code}` : '',
  ].filter((part) => part !== '');
  const name = `${after.personId}${subjectIn(after.fields)} v${after.version}${where}`;
  return `${by ?? 'somebody'} stores ${name}: ${parts.join('; ') || 'no change'}`;
}

function gone({ isDeleted, isConverted }: { readonly isDeleted: boolean; readonly isConverted: boolean }): string {
  return `${isDeleted ? ', deleted' : ''}${isConverted ? ', converted' : ''}`;
}

function waiting(person: Person): string {
  const told = Object.keys(person.pending).map(
    (field) => `${field} ${shown(person.fields[field])} over ${shown(baseValue(person, field))}`,
  );
  return told.length === 0 ? '' : `waits to push ${told.join(', ')}`;
}

type ActivityOf<Type extends Activity['type']> = Activity & { readonly type: Type };

const SIDES = { pull: 'pulled', push: 'pushed' } as const;

const ACTIVITIES: { readonly [Type in Activity['type']]: (activity: ActivityOf<Type>) => string } = {
  created: ({ detail }) => `it was created by ${detail.source}`,
  fieldsChanged: ({ detail, direction }) =>
    `${direction === null ? 'edited' : SIDES[direction]} ${detail.changes
      .filter(({ field }) => !HIDDEN.test(field))
      .map(({ field, from, to }) => `${field} ${shown(from)} → ${shown(to)}`)
      .join(', ')}`,
  conflict: ({ detail: { field, local, remote, winner } }) => {
    const [stays, lost] = winner === 'local' ? [local, remote] : [remote, local];
    return `conflict ${field}: ${shown(stays)} stays, ${shown(lost)} lost`;
  },
  syncedToSalesforce: ({ detail }) => `${detail.created ? 'a new Lead with' : 'pushed'} ${detail.fields.join(', ')}`,
  rejected: ({ detail }) => `rejected, ${detail.code}: ${values(detail.values)}`,
  linked: ({ detail }) => `linked to ${detail.type} ${detail.id}`,
  converted: ({ detail }) => `converted to ${detail.type} ${detail.id}`,
  deletedInSalesforce: ({ detail }) => `${detail.type} ${detail.id} deleted`,
  undeleted: ({ detail }) => `${detail.type} ${detail.id} undeleted`,
  merged: ({ detail }) => {
    const came = Object.keys(detail.fields ?? {});
    const [with_, gave] = [came.length > 0 ? ` with its ${came.join(', ')}` : '', values(detail.superseded ?? {})];
    return `${detail.from ?? 'a row'} came into ${detail.into}${with_}${gave === '' ? '' : `, given up: ${gave}`}`;
  },
  ownerChanged: ({ detail }) => `owner ${detail.from} → ${detail.to}`,
  deleted: ({ detail }) => `deleted here, Salesforce: ${detail.salesforce}`,
  revived: ({ detail }) => `revived by ${detail.source}`,
};

function activityTold(activity: Activity): string {
  return (ACTIVITIES[activity.type] as (activity: Activity) => string)(activity);
}

/** A message on its way to the merge. */
export function messageTold(by: string, does: 'queues' | 'gets', message: ChangeMessage): string {
  return `${by} ${does} ${contentOf(message)}`;
}

function contentOf(message: ChangeMessage): string {
  if (message.kind === 'pending') return `persons with edits: ${message.personIds.join(', ')}`;
  if (message.kind === 'persons') return `persons of a join: ${message.personIds.join(', ')}`;
  if (message.kind === 'list') return `list ${message.jobId}, part ${message.part ?? 'to come'}`;
  if (message.kind === 'retry')
    return `rejections to try again: ${message.code ?? message.personIds?.join(', ') ?? 'all'}`;
  if (message.kind === 'refresh') return `rows to read again: ${message.ids.join(', ')}`;
  const [id, stamp] = [message.columns.indexOf('Id'), message.columns.indexOf('SystemModstamp')];
  const rows = message.rows.map((row) => `${row[id]} of ${String(row[stamp]).slice(11, 19)}`);
  return `${rows.length} rows: ${rows.join(', ')}`;
}
