import type { SalesforceType } from '../../lib/person/row.ts';
import type { OrgClient, OrgRecord } from '../sandbox/clients/org-client.ts';
import type { ActivityView, PersonApiClient, PersonView } from '../sandbox/clients/person-api-client.ts';
import { FIELDS, STORY_FIELDS } from '../simulation/fields.ts';
import { isDeletedHere } from './soak-deletions.ts';
import type { Edit, SoakLedger } from './soak-ledger.ts';

/** A Lead or Contact as it is at the end, in the recycle bin or not. */
export type EndRow = OrgRecord & { readonly type: SalesforceType };

/** An activity with whose log it stands in, and where. */
export type LogEntry = ActivityView & { readonly personId: string; readonly seq: number };

/** All that the two public APIs show when everything is over. */
export interface SoakEnding {
  readonly rows: ReadonlyMap<string, EndRow>;
  readonly persons: ReadonlyMap<string, PersonView>;
  /** Oldest first, by the person whose log it is, who may have become a part of another. */
  readonly logs: ReadonlyMap<string, readonly LogEntry[]>;
  /** Those that people edited or deleted who are deleted here, or a part of such a one: nobody can read their logs. */
  readonly deleted: ReadonlySet<string>;
}

const ROW_FIELDS = {
  Lead: ['IsDeleted', 'IsConverted', 'Person_Id__c'],
  Contact: ['IsDeleted', 'Person_Id__c'],
} as const;

/** The fields of the oracles that the seeded org has. */
const SEEDED = FIELDS.filter(({ name }) => !STORY_FIELDS.has(name));

export async function readEnding({
  api,
  admin,
  ledger,
}: {
  readonly api: PersonApiClient;
  readonly admin: OrgClient;
  readonly ledger: SoakLedger;
}): Promise<SoakEnding> {
  const rows = [...(await rowsOf(admin, 'Lead')), ...(await rowsOf(admin, 'Contact'))];
  const known = new Set([...ledger.emails, ...rows.flatMap(({ Email }) => (typeof Email === 'string' ? [Email] : []))]);
  const persons = new Map<string, PersonView>();
  const logs = new Map<string, readonly LogEntry[]>();
  for (const email of known) {
    for (const person of await api.personsWithEmail(email)) persons.set(person.personId, person);
  }
  for (const personId of persons.keys()) {
    const entries = (await api.activities(personId)).map(entryOf);
    for (const [owner, own] of Map.groupBy(entries, (entry) => entry.personId)) {
      logs.set(
        owner,
        own.toSorted((one, other) => one.seq - other.seq),
      );
    }
  }
  const deleted = new Set<string>();
  for (const personId of actedOn(ledger)) {
    if (!persons.has(personId) && (await isDeletedHere(api, personId))) deleted.add(personId);
  }
  return { rows: new Map(rows.map((row) => [row.Id, row])), persons, logs, deleted };
}

/** The persons that marketing has edited or deleted. */
function actedOn({ edits, deletions }: SoakLedger): ReadonlySet<string> {
  const edited = edits.flatMap(({ side, of }) => (side === 'marketing' ? of : []));
  return new Set([...edited, ...deletions.map(({ person }) => person.personId)]);
}

async function rowsOf(admin: OrgClient, type: SalesforceType): Promise<EndRow[]> {
  const synced = SEEDED.flatMap(({ remote }) => remote[type] ?? []);
  const records = await admin.queryAll(`SELECT ${['Id', ...ROW_FIELDS[type], ...synced].join()} FROM ${type}`);
  return records.map((record) => ({ ...record, type }) as EndRow);
}

function entryOf(activity: ActivityView): LogEntry {
  const [, personId = '', seq] = /^(.+)-(\d+)$/.exec(activity.activityId) ?? [];
  return { ...activity, personId, seq: Number(seq) };
}

/** How much of what came before and after is told. */
const BEFORE_MS = 8_000;
const AFTER_MS = 15_000;

interface Line {
  readonly at: number;
  readonly text: string;
}

/** What both sides and the log tell of one field around an edit, and what failed meanwhile, in the order of time. */
export function storyOf(edit: Edit, { logs, persons }: SoakEnding, ledger: SoakLedger): string {
  const owners = new Set([...persons.values()].filter(({ salesforce }) => salesforce?.id === edit.of));
  const personIds = new Set([edit.of, ...[...owners].map(({ personId }) => personId)]);
  const ids = new Set([...personIds, ...[...personIds].map((id) => persons.get(id)?.salesforce?.id ?? id)]);
  const edits = ledger.edits.filter(({ field, of }) => field === edit.field && ids.has(of));
  const entries = [...personIds].flatMap((id) => logs.get(id) ?? []);
  const lines = [
    ...edits.map((each) => ({ at: each.requestedAt, text: editWords(each) })),
    ...entries.flatMap((entry) => {
      const text = entryWords(entry, edit.field);
      return text === null ? [] : [{ at: Date.parse(entry.at), text: `${entry.activityId} ${text}` }];
    }),
    ...ledger.troubles.map(({ what, from, to }) => ({ at: from, text: `${what} until ${clockOf(to)}` })),
  ];
  return lines
    .filter(({ at }) => at > edit.requestedAt - BEFORE_MS && at < edit.requestedAt + AFTER_MS)
    .toSorted((one: Line, other: Line) => one.at - other.at)
    .map(({ at, text }) => `\n            ${clockOf(at)} ${text}`)
    .join('');
}

export function wordsOf({ side, of, field, value, requestedAt }: Edit): string {
  return `${side}: ${of}.${field} = ${JSON.stringify(value)} at ${clockOf(requestedAt)}`;
}

function editWords({ side, value, saw, answer, answeredAt }: Edit): string {
  const over = side === 'sales' ? ` over ${JSON.stringify(saw)}` : '';
  return `${side} enters ${JSON.stringify(value)}${over}, ${answer} at ${clockOf(answeredAt)}`;
}

/** What an entry tells of a field; null where it tells nothing of it. */
function entryWords(entry: LogEntry, field: string): string | null {
  if (entry.type === 'syncedToSalesforce') return entry.detail.fields.includes(field) ? 'pushed' : null;
  if (entry.type === 'conflict' && entry.detail.field !== field) return null;
  if (entry.type !== 'fieldsChanged') return `${entry.type} ${JSON.stringify(entry.detail)}`;
  const change = entry.detail.changes.find((each) => each.field === field);
  if (change === undefined) return null;
  return `${entry.direction ?? 'edit'}: ${JSON.stringify(change.from)} -> ${JSON.stringify(change.to)}`;
}

function clockOf(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(11, 23) : 'never';
}
