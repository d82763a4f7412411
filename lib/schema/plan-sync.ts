import type { Conflict, Rejection, Winner } from '../person/activity.ts';
import { nonEmptyFields } from '../person/edit-person.ts';
import { type Fields, type FieldValue, isEmptyValue } from '../person/field-value.ts';
import { type MergeRules, mergeRow, type OwnPush } from '../person/merge-row.ts';
import { baseValue, type Person, pendingEdits } from '../person/person.ts';
import type { Row } from '../person/row.ts';
import { fieldReports } from './field-report.ts';
import { cutTexts, judgePush, notEditable } from './judge-push.ts';
import { type ObjectSchema, syncFieldOf } from './object-schema.ts';
import { localFieldNames, pushable } from './record.ts';
import type { SyncPolicy } from './sync-policy.ts';

/** The planned action for one field. Unknown values are omitted; null is empty. */
export interface FieldPlan {
  /** Local name. */
  readonly field: string;
  /** API name on the object; null where missing or hidden. */
  readonly apiName: string | null;
  readonly local?: FieldValue;
  readonly base?: FieldValue;
  readonly remote?: FieldValue;
  readonly action: 'pull' | 'push' | 'none';
  /** The value to be written to the other side. */
  readonly to?: FieldValue;
  /** The winner where both sides changed the field to different values. */
  readonly winner: Winner | null;
  readonly why: string;
}

/** The planned sync of a person with one record. */
export interface SyncPlan {
  readonly fields: readonly FieldPlan[];
  readonly pulled: readonly string[];
  readonly pushed: readonly string[];
  /** Why nothing would be pushed; `fields` are local names. */
  readonly rejection: Rejection | null;
}

/** One object's schema, merge rules, and the policy behind both. */
export interface PlannedObject {
  readonly schema: ObjectSchema;
  readonly rules: MergeRules;
  readonly policy: SyncPolicy;
}

interface Sides {
  readonly person: Person;
  readonly remote: Fields;
  readonly conflicts: readonly Conflict[];
  readonly pulled: ReadonlySet<string>;
  /** The values to be pushed, by local name, cut where the policy cuts. */
  readonly edits: Fields;
  readonly operation: 'create' | 'update';
}

/** Plans a sync with an existing row: merge, then push the edits still pending. */
export function planUpdate(object: PlannedObject, person: Person, row: Row, own: OwnPush | undefined): SyncPlan {
  const merge = mergeRow(person, row, object.rules, own);
  const merged = merge.kind === 'merged' || merge.kind === 'touched' ? merge.person : person;
  const { pulled, conflicts } = merge.kind === 'merged' ? merge : { pulled: [], conflicts: [] };
  const lost = conflicts.filter(({ winner }) => winner === 'remote').map(({ field }) => field);
  const pending = pendingEdits(merged);
  const edits = { ...pending, ...cutTexts(object.schema, pending, 'update') };
  const taken = new Set([...pulled, ...lost]);
  return planOf(object, { person, remote: row.fields, conflicts, pulled: taken, edits, operation: 'update' });
}

/** Plans a sync creating the record. */
export function planCreate(object: PlannedObject, person: Person): SyncPlan {
  const cut = cutTexts(object.schema, person.fields, 'create');
  const edits = nonEmptyFields({ ...person.fields, ...cut }, object.rules.shapes);
  return planOf(object, { person, remote: {}, conflicts: [], pulled: new Set(), edits, operation: 'create' });
}

function planOf(object: PlannedObject, sides: Sides): SyncPlan {
  const { schema } = object;
  const { sent, refused } = pushable(schema, sides.edits, sides.operation);
  const rejection = rejectionOf(schema, sent, { refused, operation: sides.operation });
  const known = Object.keys({ ...schema.fields, ...sides.person.fields, ...sides.person.pending }).sort();
  const shown = known.filter((field) => saysSomething(object, sides, field) || rejection?.fields.includes(field));
  const whyNot = new Map(fieldReports(schema, object.policy).map(({ field, why }) => [field, why]));
  const fields = shown.map((field) => planField(object, sides, field, { sent, rejection, whyNot }));
  const of = (action: FieldPlan['action']) => fields.filter((each) => each.action === action).map(({ field }) => field);
  return { fields, pulled: of('pull'), pushed: of('push'), rejection };
}

function rejectionOf(
  schema: ObjectSchema,
  sent: Fields,
  { refused, operation }: { readonly refused: readonly string[]; readonly operation: Sides['operation'] },
): Rejection | null {
  const judged = judgePush(schema, sent, operation);
  if (judged !== undefined) return { ...judged, fields: localFieldNames(schema, judged.fields) };
  if (operation === 'create' || refused.length === 0 || Object.keys(sent).length > 0) return null;
  return notEditable(schema.type, refused);
}

/** Whether a field has or had a value on either side: fields always empty are omitted. */
function saysSomething({ rules }: PlannedObject, { person, remote }: Sides, field: string): boolean {
  const values = [person.fields[field], person.pending[field], remote[field]];
  return values.some((value) => !isEmptyValue(rules.shapes[field], value ?? null));
}

interface Verdicts {
  readonly sent: Fields;
  readonly rejection: Rejection | null;
  readonly whyNot: ReadonlyMap<string | null, string | null>;
}

function planField({ schema }: PlannedObject, sides: Sides, field: string, verdicts: Verdicts): FieldPlan {
  const { person, remote, conflicts } = sides;
  const base = person.salesforce === null ? undefined : baseValue(person, field);
  const known = { local: person.fields[field], base, remote: remote[field] };
  const present = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  const winner = conflicts.find((conflict) => conflict.field === field)?.winner ?? null;
  const apiName = syncFieldOf(schema, field)?.remoteName ?? null;
  return { field, apiName, ...present, winner, ...decision(sides, field, verdicts) };
}

type Decision = Pick<FieldPlan, 'action' | 'to' | 'why'>;

function decision(sides: Sides, field: string, { sent, rejection, whyNot }: Verdicts): Decision {
  if (sides.pulled.has(field)) {
    return {
      action: 'pull',
      to: sides.remote[field] ?? null,
      why: whyConflict(sides, field) ?? 'changed in Salesforce',
    };
  }
  if (rejection?.fields.includes(field)) return { action: 'none', why: rejection.message };
  const value = sent[field];
  if (value === undefined) return { action: 'none', why: whyUnsent(sides, field, whyNot) };
  if (rejection !== null) return { action: 'none', why: 'another field of the same push is refused' };
  return { action: 'push', to: value, why: whySent(sides, field, value) };
}

function whySent(sides: Sides, field: string, value: FieldValue): string {
  if (value !== (sides.person.fields[field] ?? null)) return 'too long: the text is cut on both sides';
  return whyConflict(sides, field) ?? (sides.operation === 'create' ? 'known here' : 'edited here');
}

function whyConflict({ conflicts }: Sides, field: string): string | undefined {
  const conflict = conflicts.find((each) => each.field === field);
  return conflict === undefined ? undefined : `changed on both sides, and ${conflict.winner} wins`;
}

function whyUnsent({ edits, remote }: Sides, field: string, whyNot: Verdicts['whyNot']): string {
  const why = whyNot.has(field) ? whyNot.get(field) : 'the object lacks or hides the field';
  if (field in edits || remote[field] === undefined) return why ?? 'nothing was edited here';
  return 'the same on both sides';
}
