import type { Rejection } from '../../person/activity.ts';
import { nonEmptyFields } from '../../person/edit-person.ts';
import { isEmptyValue } from '../../person/field-value.ts';
import type { Person } from '../../person/person.ts';
import { keyOfPerson, LEADS_PER_PERSON } from '../../person/person-key.ts';
import { CREATED_TYPE, type Row, type RowName, successorOf } from '../../person/row.ts';
import { isGone } from '../../person/standing.ts';
import { PERSON_ID_FIELD } from '../../schema/catalogue.ts';
import { judgePush } from '../../schema/judge-push.ts';
import { localFieldNames, pushable, type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { ObjectRules } from '../context/schemas.ts';
import { ConfigError, TransientError } from '../errors.ts';
import type { CreateAnswer } from '../ports/salesforce-records.ts';
import { withCutTexts } from '../push/cut-texts.ts';
import { afterPush, type LeasedPush, storeRefusal, storeSettled } from '../push/store-settled.ts';
import { readRows, successorsOf } from '../rows/salesforce-rows.ts';
import {
  type Attaching,
  askToAttach,
  candidatesOf,
  endWithoutLease,
  over,
  type PersonSync,
  type SyncStep,
} from './person-sync.ts';
import { rememberAttempt } from './push-now.ts';

/** The result of a creation: the Lead was created or refused, or an existing row was found for the person. */
export type Creation =
  | SyncStep
  | {
      readonly kind: 'attach';
      readonly person: Person;
      readonly to: Attaching;
      readonly refused?: LeasedRefusal;
      readonly made?: true;
    };

/** Salesforce's refusal, if the person cannot be attached to the named record. */
export interface LeasedRefusal {
  readonly push: LeasedPush;
  readonly rejection: Rejection;
  /** The earlier refusal of fields omitted from the last try. */
  readonly earlier?: Rejection;
}

/** Fields omitted from a new Lead because of refused values; the last refusal represents all. */
interface LeftOut {
  readonly fields: readonly string[];
  readonly rejection: Rejection | null;
}

/**
 * Creates the Lead of a person without any row. A refused value not required for a Lead is omitted: the field stays
 * pending, with a rejection.
 */
export async function insertLead(
  sync: PersonSync,
  found: Person,
  leftOut: LeftOut = { fields: [], rejection: null },
): Promise<Creation> {
  const object = sync.schemas.Lead;
  mustHaveKey(object);
  const unsent = await withCutTexts(sync, CREATED_TYPE, found, 'create');
  if (unsent === undefined) return over({ kind: 'busy' });
  const { record, sent, defaults } = newLead(sync, unsent, leftOut.fields);
  const leasing = await rememberAttempt(sync, unsent, sent);
  if (leasing.kind !== 'taken') return over(endWithoutLease(leasing));
  const { person } = leasing;
  const push: LeasedPush = { type: CREATED_TYPE, person, sent };
  const refusal = judgePush(object.schema, { ...defaults, ...sent }, 'create');
  const without = (refused: Refused) => withoutRefused(sync, push, refused, leftOut);
  if (refusal !== undefined) {
    const refused = { rejection: refusal, matches: [] };
    return without(refused) ?? refuse(sync, refusedWith({ push, rejection: refusal }, leftOut));
  }
  const answer = await createUnderKey(sync, person, record);
  switch (answer.kind) {
    case 'transient':
      throw new TransientError(answer.code, 'Salesforce could not create the Lead now');
    case 'converted':
      return attachToConverted(sync, push, answer);
    case 'rejected':
      return (
        without(answer) ??
        attachToMatch(sync, refusedWith({ push, rejection: answer.rejection }, leftOut), answer.matches)
      );
    case 'exists':
      return { kind: 'attach', person, to: { found: { kind: 'one', row: rowOfRecord(object.schema, answer.record) } } };
    case 'created':
      return recordLeftOut(sync, await settleCreated(sync, push, answer.record, Object.keys(defaults)), leftOut);
  }
}

type Refused = Pick<Extract<CreateAnswer, { kind: 'rejected' }>, 'rejection' | 'matches'>;

function mustHaveKey({ schema }: ObjectRules): void {
  if (!schema.missing.some(({ apiName, access }) => apiName === PERSON_ID_FIELD && access === 'unique')) return;
  throw new ConfigError(`Lead.${PERSON_ID_FIELD} must be unique: otherwise two Leads of one person could be created`);
}

/**
 * Repeats the creation without the refused values; undefined if a Lead requires a refused field, or no field is named.
 */
function withoutRefused(
  sync: PersonSync,
  { person, sent }: LeasedPush,
  { rejection, matches }: Refused,
  leftOut: LeftOut,
): Promise<Creation> | undefined {
  const { schema } = sync.schemas.Lead;
  const named = localFieldNames(schema, rejection.fields);
  const isOptional = (field: string) => field in sent && !schema.fields[field]?.required;
  if (matches.length > 0 || named.length === 0 || !named.every(isOptional)) return undefined;
  return insertLead(sync, person, { fields: [...leftOut.fields, ...named], rejection });
}

async function recordLeftOut(sync: PersonSync, step: SyncStep, { fields, rejection }: LeftOut): Promise<SyncStep> {
  if (rejection === null || step.kind !== 'over' || step.outcome.kind !== 'synced') return step;
  const { person } = step.outcome;
  const sent = Object.fromEntries(fields.map((field) => [field, person.fields[field] ?? null]));
  const parked = await storeRefusal(sync, { type: CREATED_TYPE, person, sent }, { ...rejection, fields });
  return over({ ...step.outcome, person: parked?.person ?? person });
}

/** The authority of the new row names the person first; then the settle takes the row. */
async function settleCreated(
  sync: PersonSync,
  push: LeasedPush,
  record: RemoteRecord,
  defaulted: readonly string[],
): Promise<SyncStep> {
  const row = rowOfRecord(sync.schemas.Lead.schema, record);
  const claimed = await afterPush(async () => {
    const run = await askToAttach(sync, push.person, { found: { kind: 'one', row } }, ({ kind }) => kind === 'take');
    const holder = run.ended?.kind === 'stopped' ? run.person(push.person.personId) : undefined;
    if (holder === undefined) throw new TransientError('BUSY', 'the new Lead could not be settled now');
    return holder;
  });
  const end = { kind: 'written', before: null, after: record, created: true, defaulted } as const;
  const settled = await storeSettled(sync, { ...push, person: claimed }, end);
  if (settled === undefined) return over({ kind: 'busy' });
  return over({ kind: 'synced', outcome: 'created', pushed: Object.keys(push.sent), ...settled });
}

/** The content of a new Lead: the person's values, and configured values for empty fields. */
function newLead({ ports, schemas, assignTo }: PersonSync, person: Person, leftOut: readonly string[]) {
  const { schema, rules } = schemas.Lead;
  const held = Object.entries(nonEmptyFields(person.fields, rules.shapes));
  const fields = Object.fromEntries(held.filter(([field]) => !leftOut.includes(field)));
  const { record, sent } = pushable(schema, fields, 'create');
  const lacking = Object.entries(ports.policy.defaults ?? {}).filter(([field]) =>
    isEmptyValue(rules.shapes[field], person.fields[field] ?? null),
  );
  const defaults = pushable(schema, Object.fromEntries(lacking), 'create');
  const owner: RemoteRecord = 'ownerId' in assignTo ? { OwnerId: assignTo.ownerId } : {};
  return { record: { ...defaults.record, ...record, ...owner }, sent, defaults: defaults.sent };
}

/** The Contact of the person's converted Lead: taken, unless held by a different person. */
async function attachToConverted(
  sync: PersonSync,
  push: LeasedPush,
  { lead, successors, rejection, made }: ConvertedLead,
): Promise<Creation> {
  const row = successors.at(-1);
  const refused = { push, rejection };
  if (row === undefined || isGone(row)) return refuse(sync, refused);
  return { kind: 'attach', person: push.person, to: { converted: lead }, refused, ...(made && { made }) };
}

/** A duplicate rule named matching records: links the person to a single unheld match, otherwise refuses. */
async function attachToMatch(sync: PersonSync, refusal: LeasedRefusal, matches: readonly RowName[]): Promise<Creation> {
  const { ports } = sync;
  const { push, rejection } = refusal;
  const isRefused = matches.length === 0 || ports.policy.onDuplicateAlert === 'reject';
  if (isRefused) return refuse(sync, refusal);
  const found = await readRows(sync, matches);
  const rows = matches.flatMap(({ id }) => found.get(id) ?? []);
  const [row] = rows.filter((each) => !isGone(each));
  const candidates = await candidatesOf(ports, push.person, rows);
  const isFree = rows.length === 1 && candidates.every(({ personId }) => personId === undefined);
  const named = candidates.map(({ type, id, personId }) => `${type} ${id}${personId ? ` (person ${personId})` : ''}`);
  const message = `${rejection.message} Matches: ${named.join(', ')}`;
  const refused = { ...refusal, rejection: { ...rejection, message } };
  if (row === undefined || !isFree) return refuse(sync, refused);
  return { kind: 'attach', person: push.person, to: { found: { kind: 'one', row } }, refused };
}

/** The refusal of a new Lead, with the earlier refusal of the omitted fields. */
function refusedWith(refusal: LeasedRefusal, { fields, rejection }: LeftOut): LeasedRefusal {
  return rejection === null ? refusal : { ...refusal, earlier: { ...rejection, fields } };
}

export async function refuse(sync: PersonSync, { push, ...refused }: LeasedRefusal): Promise<SyncStep> {
  const { rejection } = refused;
  const end = { kind: 'rejected', before: null, ...refused } as const;
  const settled = await storeSettled(sync, push, end);
  if (settled === undefined) return over({ kind: 'busy' });
  return over({ kind: 'rejected', rejection: settled.person.rejection ?? rejection, person: settled.person });
}

/** A Lead of the person was converted. Nothing was written, unless the Lead was just created (`made`). */
export interface ConvertedLead {
  readonly kind: 'converted';
  readonly rejection: Rejection;
  readonly lead: Row;
  /** The chain of successors, up to the first unreadable row. */
  readonly successors: readonly Row[];
  readonly made?: true;
}

/**
 * Creates the person's Lead under the first key not used by a converted Lead. A converted Lead is skipped only if the
 * successor is gone. Nothing is stored: a repeated try arrives at the same key.
 */
async function createUnderKey(
  sync: PersonSync,
  person: Person,
  record: RemoteRecord,
  nth = 1,
): Promise<Exclude<CreateAnswer, { kind: 'converted' }> | ConvertedLead> {
  const { ports, schemas, assignTo, recordIsGone } = sync;
  const { schema, columns } = schemas.Lead;
  const saveDuplicates = ports.policy.onDuplicateAlert === 'save';
  const options = { runAssignmentRules: assignTo.kind === 'assignmentRule', saveDuplicates };
  const answer = await ports.records.createLead(keyOfPerson(person.personId, nth), record, columns, options);
  if (answer.kind !== 'converted') return answer;
  const lead = rowOfRecord(schema, answer.record);
  const reading = () => successorsOf(sync, lead);
  const successors = await (answer.made ? afterPush(reading) : reading());
  if (nth === LEADS_PER_PERSON || !isSuccessorGone(person, lead, successors, recordIsGone))
    return { ...answer, lead, successors };
  return createUnderKey(sync, person, record, nth + 1);
}

/**
 * Whether a converted Lead has no living successor. An unreadable successor may only be hidden, unless a user confirmed
 * the deletion, or the person held a later row, deleted since.
 */
function isSuccessorGone(
  { salesforce }: Person,
  lead: Row,
  successors: readonly Row[],
  recordIsGone: boolean,
): boolean {
  const end = successors.at(-1);
  if (end !== undefined && successorOf(end) === null) return end.isDeleted;
  return recordIsGone || (salesforce?.isDeleted === true && salesforce.id !== lead.id);
}
