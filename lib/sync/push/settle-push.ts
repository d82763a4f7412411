import type { Conflict, Happening, Rejection } from '../../person/activity.ts';
import { logged, withPending } from '../../person/edit-person.ts';
import { type Fields, isEmptyValue, sameValue } from '../../person/field-value.ts';
import { mergeRow, type OwnPush } from '../../person/merge-row.ts';
import { isWritable, openEdits, type Person, type StandingRejection } from '../../person/person.ts';
import { type Refusal, rejectPerson } from '../../person/reject-person.ts';
import type { Row } from '../../person/row.ts';
import { localFieldNames, type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { ObjectRules } from '../context/schemas.ts';
import { ownPushOf } from '../rows/merge-values.ts';

/** A push accepted by Salesforce, with the row just before and just after. */
export interface AcceptedPush {
  readonly sent: Fields;
  readonly before: RemoteRecord | null;
  readonly after: RemoteRecord;
  readonly created: boolean;
  readonly retry?: SettleRetry;
  /** Fields of a new record filled with configured values. */
  readonly defaulted?: readonly string[];
  /** Pushed without a guard. */
  readonly mass?: boolean;
}

/** Inputs for repeating a settle after a concurrent change of the person. */
export interface SettleRetry {
  /** The row read again; null: could not be read. */
  readonly latest: RemoteRecord | null;
  /** Values overwritten by the push and not yet logged. */
  readonly overwritten: readonly Conflict[];
}

export interface Settled {
  readonly person: Person;
  readonly pulled: readonly string[];
  readonly conflicts: readonly Conflict[];
}

/**
 * The person after an accepted push. The row state before the push is merged first, so that an overwritten edit is
 * logged as a conflict; then the state after the push becomes base. The lease is released.
 */
export function settlePush(stored: Person, push: AcceptedPush, object: ObjectRules, now: string): Settled {
  const isNews = push.retry === undefined || ifNewer(stored, push.after, object) !== null;
  const person = isNews ? withDefaults(stored, push, object) : stored;
  const told: Happening = {
    type: 'syncedToSalesforce',
    direction: 'push',
    detail: {
      fields: Object.keys(push.sent),
      created: push.created,
      ...defaultedOf(push),
      ...(push.mass && { mass: true as const }),
    },
  };
  const { retry } = push;
  // After a concurrent change of the person, a state with base's stamp may be older than base: use only newer states.
  // The state read last is then not exactly the pushed state, but may include later changes.
  const open = (record: RemoteRecord | null) => (retry === undefined ? record : ifNewer(person, record, object));
  const before = open(push.before);
  const seen =
    before === null
      ? overwriting(person, retry?.overwritten ?? [])
      : mergeStep(unmerged(person), before, object, ownPushOf(person));
  const taken: MergeStep = { ...seen, happenings: [...seen.happenings, told] };
  const personAfterPush = mergeStep(taken, open(push.after), object, { values: push.sent, settled: true });
  const settled = mergeStep(personAfterPush, retry?.latest ?? null, object, { values: push.sent, settled: false });
  const happenings = push.created ? settled.happenings.filter((each) => each.type !== 'linked') : settled.happenings;
  const rejection = stillHeldBack(settled.person, push.sent);
  const next = withPending({ ...settled.person, lease: null, rejection, lastSyncedAt: now }, now);
  return { ...settled, person: logged(next, happenings, now) };
}

/**
 * A configured value for a locally empty field is not an edit; a later local value is an edit with the configured value
 * as base.
 */
function withDefaults(person: Person, { defaulted = [], after }: AcceptedPush, { schema, rules }: ObjectRules): Person {
  if (defaulted.length === 0) return person;
  const row = rowOfRecord(schema, after);
  const pending = { ...person.pending };
  for (const field of defaulted) {
    if (isEmptyValue(rules.shapes[field], person.fields[field] ?? null)) delete pending[field];
    else pending[field] = row.fields[field] ?? null;
  }
  return { ...person, pending };
}

function defaultedOf({ defaulted = [] }: AcceptedPush): { readonly defaulted?: readonly string[] } {
  return defaulted.length > 0 ? { defaulted } : {};
}

/** Fields held back before the push and not part of the push stay held back. */
function stillHeldBack({ rejection, pending }: Person, sent: Fields): StandingRejection | null {
  const fields = rejection?.fields.filter((field) => field in pending && !(field in sent)) ?? [];
  return rejection === null || fields.length === 0 ? null : { ...rejection, fields };
}

/** A push permanently refused by Salesforce. */
export interface RefusedPush {
  readonly sent: Fields;
  readonly before: RemoteRecord | null;
  readonly rejection: Refusal;
  /** The earlier refusal of fields omitted from the push. */
  readonly earlier?: Rejection;
  /** Whether the push set a new owner. */
  readonly ownerSent?: boolean;
}

/**
 * The person after a permanent refusal; the row state is merged all the same. The refused fields wait. If the refusal
 * names no sent field, the whole record is refused: the opt-outs are then tried once alone, and the remaining fields
 * wait.
 */
export function settleRejection(person: Person, push: RefusedPush, object: ObjectRules, now: string): Settled {
  const seen = mergeStep(unmerged(person), push.before, object, ownPushOf(person));
  const merged = withPending({ ...seen.person, lease: null }, now);
  const named = localFieldNames(object.schema, push.rejection.fields);
  const refused = named.filter((field) => field in push.sent);
  const waits = isWritable(merged.salesforce) ? waitsBehind(named, push) : named;
  const held = stillHeldBack(merged, push.sent);
  const rejection = {
    ...push.rejection,
    fields: [...new Set([...(waits.length > 0 ? waits : named), ...(held?.fields ?? [])])],
  };
  const known = logged(merged, seen.happenings, now);
  const { earlier } = push;
  const before =
    earlier === undefined ? known : rejectPerson(known, earlier, valuesOf(earlier.fields, known.fields), now);
  const told = rejectPerson(before, rejection, valuesOf(waits, push.sent), now);
  if (waits.length === 0 && named.length > 0) return { ...seen, person: { ...told, rejection: held } };
  // An edit made meanwhile was not refused, and is still to be pushed.
  const isAsRefused =
    refused.length > 0
      ? isAsSent(merged, valuesOf(refused, push.sent), object)
      : holdsWhatWasSent(merged, push.sent, object);
  return { ...seen, person: isAsRefused ? told : { ...told, rejection: null } };
}

function valuesOf(fields: readonly string[], sent: Fields): Fields {
  return Object.fromEntries(fields.flatMap((field) => (field in sent ? [[field, sent[field] ?? null]] : [])));
}

/** Opt-outs must not be delayed by an invalid value in a different field. */
const OPT_OUTS: readonly string[] = ['HasOptedOutOfEmail', 'DoNotCall'];

const OWNER = 'OwnerId';

/**
 * The sent fields to hold back. None if only the new owner was refused: the next push omits the owner. A refused owner
 * not part of the push refuses the whole record.
 */
function waitsBehind(named: readonly string[], { sent, ownerSent = false }: RefusedPush): readonly string[] {
  const refused = named.filter((field) => field in sent);
  if (refused.length > 0) return refused;
  if (ownerSent && named.length > 0 && named.every((field) => field === OWNER)) return [];
  const fields = Object.keys(sent);
  if (fields.length === 0) return named;
  const others = fields.filter((field) => !OPT_OUTS.includes(field));
  return others.length > 0 ? others : fields;
}

function isAsSent({ fields }: Person, sent: Fields, { rules }: ObjectRules): boolean {
  return Object.keys(sent).every((field) => sameValue(rules.shapes[field], fields[field] ?? null, sent[field] ?? null));
}

function holdsWhatWasSent(person: Person, sent: Fields, object: ObjectRules): boolean {
  const { salesforce } = person;
  // For a new row, edits pending for the old row are irrelevant.
  const open = isWritable(salesforce)
    ? Object.keys(openEdits(person)).filter((field) => object.rules.canPush(field))
    : [];
  return open.every((field) => field in sent) && isAsSent(person, sent, object);
}

/** The record, if newer than base. */
function ifNewer({ salesforce }: Person, record: RemoteRecord | null, object: ObjectRules): RemoteRecord | null {
  if (record === null || salesforce === null) return record;
  return rowOfRecord(object.schema, record).systemModstamp > salesforce.systemModstamp ? record : null;
}

interface MergeStep extends Settled {
  readonly happenings: readonly Happening[];
}

function unmerged(person: Person): MergeStep {
  return { person, pulled: [], conflicts: [], happenings: [] };
}

function overwriting(person: Person, overwritten: readonly Conflict[]): MergeStep {
  const happenings = overwrittenConflicts(overwritten);
  return { person, pulled: [], conflicts: happenings.map(({ detail }) => detail), happenings };
}

/** The local value is already in Salesforce, whatever the rules say about the conflict. */
export function overwrittenConflicts(overwritten: readonly Conflict[]) {
  return overwritten.map((conflict) => {
    const detail: Conflict = { ...conflict, winner: 'local' };
    return { type: 'conflict', direction: 'pull', detail } as const;
  });
}

function mergeStep(
  step: MergeStep,
  record: RemoteRecord | null,
  object: ObjectRules,
  own: OwnPush | undefined,
): MergeStep {
  if (record === null) return step;
  const row: Row = rowOfRecord(object.schema, record);
  const merge = mergeRow(step.person, row, object.rules, own);
  if (merge.kind === 'stale' || merge.kind === 'unchanged') return step;
  if (merge.kind === 'touched') return { ...step, person: merge.person };
  return {
    person: merge.person,
    pulled: [...step.pulled, ...merge.pulled],
    conflicts: [...step.conflicts, ...merge.conflicts],
    happenings: [...step.happenings, ...merge.happenings],
  };
}
