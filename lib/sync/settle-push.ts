import type { Conflict, Happening, Rejection } from '../person/activity.ts';
import { logged, rejectPerson, withPending } from '../person/edit-person.ts';
import type { Fields } from '../person/field-value.ts';
import { mergeRow, type OwnPush } from '../person/merge-row.ts';
import type { Person } from '../person/person.ts';
import type { Row } from '../person/row.ts';
import { localFieldNames, type RemoteRecord, rowOfRecord } from '../schema/record.ts';
import { ownPushOf } from './apply-row.ts';
import type { ObjectRules } from './schemas.ts';

/** A push that Salesforce took, with the row as it was before and as it is now. */
export interface TakenPush {
  readonly sent: Fields;
  readonly before: RemoteRecord | null;
  readonly after: RemoteRecord;
  readonly created: boolean;
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
    detail: { fields: Object.keys(push.sent), created: push.created },
  };
  const seen = mergeStep(unmerged(person), push.before, object, ownPushOf(person));
  const taken: MergeStep = { ...seen, happenings: [...seen.happenings, told] };
  const settled = mergeStep(taken, push.after, object, { values: push.sent, settled: true });
  const happenings = push.created ? settled.happenings.filter((each) => each.type !== 'linked') : settled.happenings;
  const next = withPending({ ...settled.person, lease: null, rejection: null, lastSyncedAt: now }, now);
  return { ...settled, person: logged(next, happenings, now) };
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
  return { ...seen, person: rejectPerson(logged(merged, seen.happenings, now), rejection, push.sent, now) };
}

interface MergeStep extends Settled {
  readonly happenings: readonly Happening[];
}

function unmerged(person: Person): MergeStep {
  return { person, pulled: [], conflicts: [], happenings: [] };
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
