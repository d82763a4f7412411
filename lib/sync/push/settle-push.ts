import type { Conflict, Happening, Rejection } from '../../person/activity.ts';
import { logged, rejectPerson, withPending } from '../../person/edit-person.ts';
import { type Fields, isEmptyValue, sameValue } from '../../person/field-value.ts';
import { mergeRow, type OwnPush } from '../../person/merge-row.ts';
import { isWritable, openEdits, type Person, type StandingRejection } from '../../person/person.ts';
import type { Row } from '../../person/row.ts';
import { localFieldNames, type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { ObjectRules } from '../context/schemas.ts';
import { ownPushOf } from '../rows/merge-values.ts';

/** A push that Salesforce took, with the row as it was just before and just after. */
export interface TakenPush {
  readonly sent: Fields;
  readonly before: RemoteRecord | null;
  readonly after: RemoteRecord;
  readonly created: boolean;
  readonly retry?: SettleRetry;
  /** Fields of a new record that took configured values. */
  readonly defaulted?: readonly string[];
  /** Whether it went without a guard. */
  readonly mass?: boolean;
}

/** What a settle goes on with after the person was changed by others. */
export interface SettleRetry {
  /** The row as read once more; null where it could not be read. */
  readonly latest: RemoteRecord | null;
  /** What the push was seen to overwrite, and nobody has told. */
  readonly overwritten: readonly Conflict[];
}

export interface Settled {
  readonly person: Person;
  readonly pulled: readonly string[];
  readonly conflicts: readonly Conflict[];
}

/**
 * The person after a push that was taken. What the row held before the push is merged first, so that an edit that we
 * overwrote is told as a conflict; then what it holds now becomes base. The lease is given back.
 */
export function settlePush(stored: Person, push: TakenPush, object: ObjectRules, now: string): Settled {
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
  // Once others have written the person, a state with the stamp of base may be older than base: only newer ones count,
  // and what was read last is no longer the push as Salesforce kept it, but that and whatever came after it.
  const open = (record: RemoteRecord | null) => (retry === undefined ? record : ifNewer(person, record, object));
  const before = open(push.before);
  const seen =
    before === null
      ? overwriting(person, retry?.overwritten ?? [])
      : mergeStep(unmerged(person), before, object, ownPushOf(person));
  const taken: MergeStep = { ...seen, happenings: [...seen.happenings, told] };
  const kept = mergeStep(taken, open(push.after), object, { values: push.sent, settled: true });
  const settled = mergeStep(kept, retry?.latest ?? null, object, { values: push.sent, settled: false });
  const happenings = push.created ? settled.happenings.filter((each) => each.type !== 'linked') : settled.happenings;
  const rejection = stillHeldBack(settled.person, push.sent);
  const next = withPending({ ...settled.person, lease: null, rejection, lastSyncedAt: now }, now);
  return { ...settled, person: logged(next, happenings, now) };
}

/** What took a configured value was empty here, which is no edit; one that was made since is an edit of that value. */
function withDefaults(person: Person, { defaulted = [], after }: TakenPush, { schema, rules }: ObjectRules): Person {
  if (defaulted.length === 0) return person;
  const row = rowOfRecord(schema, after);
  const pending = { ...person.pending };
  for (const field of defaulted) {
    if (isEmptyValue(rules.shapes[field], person.fields[field] ?? null)) delete pending[field];
    else pending[field] = row.fields[field] ?? null;
  }
  return { ...person, pending };
}

function defaultedOf({ defaulted = [] }: TakenPush): { readonly defaulted?: readonly string[] } {
  return defaulted.length > 0 ? { defaulted } : {};
}

/** What a rejection held back before this push, and what was not part of it, waits on. */
function stillHeldBack({ rejection, pending }: Person, sent: Fields): StandingRejection | null {
  const fields = rejection?.fields.filter((field) => field in pending && !(field in sent)) ?? [];
  return rejection === null || fields.length === 0 ? null : { ...rejection, fields };
}

/** A push that Salesforce refused for good. */
export interface RefusedPush {
  readonly sent: Fields;
  readonly before: RemoteRecord | null;
  readonly rejection: Rejection;
  /** What was refused before, of fields that this push went without. */
  readonly earlier?: Rejection;
  /** Whether the push gave the record a new owner. */
  readonly ownerSent?: boolean;
}

/**
 * The person after a push that was refused for good; what the row held is merged all the same. What waits from now on is
 * what the refusal names. Where it names nothing that was sent, the whole record is refused: then the opt-outs are tried
 * once by themselves, and the rest waits.
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
  // An edit made meanwhile was not refused: it is still to be tried.
  const isAsRefused =
    refused.length > 0
      ? isAsSent(merged, valuesOf(refused, push.sent), object)
      : holdsWhatWasSent(merged, push.sent, object);
  return { ...seen, person: isAsRefused ? told : { ...told, rejection: null } };
}

function valuesOf(fields: readonly string[], sent: Fields): Fields {
  return Object.fromEntries(fields.flatMap((field) => (field in sent ? [[field, sent[field] ?? null]] : [])));
}

/** Nobody may be written to or called for as long as some other field is not mended. */
const OPT_OUTS: readonly string[] = ['HasOptedOutOfEmail', 'DoNotCall'];

const OWNER = 'OwnerId';

/**
 * The sent fields that wait. None where the push gave the record a new owner and only that owner was refused: the next
 * push is sent without an owner. An owner who was not sent refuses the record as it is.
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
  // Where a new row was to be made, what waits for the old one says nothing.
  const open = isWritable(salesforce)
    ? Object.keys(openEdits(person)).filter((field) => object.rules.canPush(field))
    : [];
  return open.every((field) => field in sent) && isAsSent(person, sent, object);
}

/** The record, where it is a newer state than base. */
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
  const happenings = overwrittenTold(overwritten);
  return { person, pulled: [], conflicts: happenings.map(({ detail }) => detail), happenings };
}

/** Ours stands in Salesforce by now, whatever the rules say of such a conflict. */
export function overwrittenTold(overwritten: readonly Conflict[]) {
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
