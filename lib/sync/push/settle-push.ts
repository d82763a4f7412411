import type { Conflict, Happening, Rejection } from '../../person/activity.ts';
import { logged, rejectPerson, withPending } from '../../person/edit-person.ts';
import { type Fields, sameValue } from '../../person/field-value.ts';
import { mergeRow, type OwnPush } from '../../person/merge-row.ts';
import { isWritable, type Person } from '../../person/person.ts';
import type { Row } from '../../person/row.ts';
import { localFieldNames, type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import { ownPushOf } from '../rows/apply-row.ts';
import type { ObjectRules } from '../schemas.ts';

/** A push that Salesforce took, with the row as it was just before and just after. */
export interface TakenPush {
  readonly sent: Fields;
  readonly before: RemoteRecord | null;
  readonly after: RemoteRecord;
  readonly created: boolean;
  readonly retry?: SettleRetry;
  /** Fields of a new record that took configured values. */
  readonly defaulted?: readonly string[];
}

/** What a settle goes on with after the person was changed by others. */
export interface SettleRetry {
  /** The row as read once more. */
  readonly latest: RemoteRecord;
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
export function settlePush(person: Person, push: TakenPush, object: ObjectRules, now: string): Settled {
  const told: Happening = {
    type: 'syncedToSalesforce',
    direction: 'push',
    detail: { fields: Object.keys(push.sent), created: push.created, ...defaultedOf(push) },
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
  const next = withPending({ ...settled.person, lease: null, rejection: null, lastSyncedAt: now }, now);
  return { ...settled, person: logged(next, happenings, now) };
}

function defaultedOf({ defaulted = [] }: TakenPush): { readonly defaulted?: readonly string[] } {
  return defaulted.length > 0 ? { defaulted } : {};
}

/** The person after a push that was refused for good, parked; what the row held is merged all the same. */
export function settleRejection(
  person: Person,
  push: { readonly sent: Fields; readonly before: RemoteRecord | null; readonly rejection: Rejection },
  object: ObjectRules,
  now: string,
): Settled {
  const seen = mergeStep(unmerged(person), push.before, object, ownPushOf(person));
  const merged = withPending({ ...seen.person, lease: null }, now);
  const rejection = { ...push.rejection, fields: localFieldNames(object.schema, push.rejection.fields) };
  const told = rejectPerson(logged(merged, seen.happenings, now), rejection, push.sent, now);
  // An edit made meanwhile was not refused: it is still to be tried.
  return { ...seen, person: holdsWhatWasSent(merged, push.sent, object) ? told : { ...told, rejection: null } };
}

function holdsWhatWasSent({ fields, pending, salesforce }: Person, sent: Fields, { rules }: ObjectRules): boolean {
  const isAsSent = (field: string) => sameValue(rules.shapes[field], fields[field] ?? null, sent[field] ?? null);
  // Where a new row was to be made, what waits for the old one says nothing.
  const open = isWritable(salesforce) ? Object.keys(pending).filter((field) => rules.canPush(field)) : [];
  return [...Object.keys(sent), ...open].every((field) => field in sent && isAsSent(field));
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
