import type { Activity } from '../../../lib/person/activity.ts';
import { baseValue, type Person } from '../../../lib/person/person.ts';
import { whole } from '../../fakes/whole-value.ts';
import { heldFrom, isForeign, type RemoteValue, remoteValues } from '../field-history.ts';
import { alikeIn, FOLLOWED_FIELDS, remoteName, sameIn } from '../fields.ts';
import { isUnheard, type LocalValue, type RowState } from '../ledger.ts';
import { guardOn, isMassUpdate } from '../push-parts.ts';
import type { World } from '../world.ts';

/** One field of one person, on both sides, from the beginning. */
interface History {
  readonly person: Person;
  readonly field: string;
  readonly local: readonly LocalValue[];
  readonly remote: readonly RemoteValue[];
}

const COMES_TOGETHER: ReadonlySet<Activity['type']> = new Set(['merged', 'linked', 'converted']);

/** Invariant 4, both halves, for every field that syncs. */
export function checkEdits(world: World): void {
  // What is only pushed is written over unseen, as the settings ask.
  const fields = FOLLOWED_FIELDS.filter(
    (field) => !world.restrictedFields.has(field) && !world.hiddenFields.has(field),
  );
  for (const field of fields) {
    for (const rowId of world.ledger.rows.keys()) noRemoteEditIsOverwrittenUnseen(world, rowId, field);
  }
  for (const person of world.stores.all()) {
    conflictsAreReal(world, person, fields);
    const link = person.salesforce;
    if (link === null) continue;
    for (const field of fields) {
      if (remoteName(field, link.type) === null) continue;
      const local = world.ledger.valuesOf(person.personId, field);
      noLocalEditIsOverwrittenUnseen(world, { person, field, local, remote: valuesOfRows(world, person, field) });
    }
  }
}

/**
 * A push writes over a value of Salesforce only where our side held that value while it stood there, or the log tells
 * what was overwritten. Our side is whoever has stood for the row, before and after it became a part of another: a row
 * that is undeleted may begin a second life as another person. No fault excuses anything.
 */
function noRemoteEditIsOverwrittenUnseen(world: World, rowId: string, field: string): void {
  const remote = remoteValues(world, rowId, field);
  remote.forEach((written, at) => {
    const lost = remote[at - 1];
    if (lost === undefined || written.state.push === null || lost.state.push !== null) return;
    if (alikeIn(field, lost.value, written.value)) return;
    if (isOfBasesSecond(world, lost)) return;
    if (isWithinMassPush(world, written, lost)) return;
    const ours = [...world.ledger.personsOfRow(rowId)];
    if (ours.some((personId) => knows(world, personId, field, lost)) || isUnheardInOneSecond(world, written, lost))
      return;
    world.breaks(
      'no edit of Salesforce is lost',
      `${rowId}.${field} (${ours.join(', ')}): ${JSON.stringify(lost.value)} of ${clockOf(lost.at)} was overwritten by ` +
        `${JSON.stringify(written.value)} (${written.state.push.invocation.name}) at ${clockOf(written.at)}, and no conflict is told`,
    );
  });
}

/**
 * Stamps have whole seconds: of two saves of a row in one second the later one may belong to a transaction that commits
 * minutes later, while our save waits for the row. No condition that Salesforce knows tells it from the earlier one.
 */
function isOfBasesSecond(world: World, { state }: RemoteValue): boolean {
  if (!state.late || !isSecondOfOneSecond(world, state)) return false;
  world.swarm.count('hidden in one second');
  return true;
}

/**
 * The same where the later save was read by the push itself, in front of its write, and its answer never came: a state
 * with the stamp of the guard passes the guard.
 */
function isUnheardInOneSecond(world: World, { state }: RemoteValue, lost: RemoteValue): boolean {
  const { push } = state;
  if (push === null || !isUnheard(push)) return false;
  if (guardOn(push, String(state.row.Id)) !== Date.parse(lost.state.stamp)) return false;
  if (!isSecondOfOneSecond(world, lost.state)) return false;
  world.swarm.count('unheard in one second');
  return true;
}

/** Whether the row had another state with the same stamp before. */
function isSecondOfOneSecond(world: World, state: RowState): boolean {
  const states = world.ledger.rows.get(String(state.row.Id)) ?? [];
  return states[states.indexOf(state) - 1]?.stamp === state.stamp;
}

/** A mass push has no guard: what is saved between its read and its update is written over. */
function isWithinMassPush(world: World, { state }: RemoteValue, lost: RemoteValue): boolean {
  const { push } = state;
  if (push === null || guardOn(push, String(state.row.Id)) !== undefined || lost.at < push.readAt) return false;
  if (!push.parts.some(isMassUpdate)) return false;
  world.swarm.count('overwritten by a mass push');
  return true;
}

/**
 * Held here since it stood there, as the value or as the base of an edit; or told: as the loser of a conflict, or as
 * what an edit replaced. The latter is how a person that takes over another's waiting edit tells what its row held, in
 * one write.
 */
function knows(world: World, personId: string, field: string, remote: RemoteValue): boolean {
  const { value, at } = remote;
  if (heldFrom(world, personId, field, at).some((each) => alikeIn(field, each, value))) return true;
  if (isBase(world, personId, field, remote)) return true;
  return activitiesOf(world, personId).some((activity) => {
    if (toldAt(world, activity) < at) return false;
    if (activity.type === 'conflict') {
      return activity.detail.field === field && alikeIn(field, whole(activity.detail.remote), value);
    }
    if (activity.type !== 'fieldsChanged') return false;
    return activity.detail.changes.some(
      (change) => change.field === field && alikeIn(field, whole(change.from), value),
    );
  });
}

/**
 * Whether the person had the value as base at some time since it stood there. Where somebody in the org has put back
 * what stood there before, base is right again.
 */
function isBase(world: World, personId: string, field: string, { value, at, state }: RemoteValue): boolean {
  const versions = world.ledger.versions.get(personId) ?? [];
  return versions.some(({ person }, index) => {
    const isPast = (versions[index + 1]?.at ?? Number.POSITIVE_INFINITY) <= at;
    return !isPast && person.salesforce?.id === state.row.Id && alikeIn(field, baseValue(person, field) ?? null, value);
  });
}

/**
 * What is pulled over an edit of ours was made in Salesforce when ours could be seen there, or won a told conflict; or
 * it stands on the row that took the place of the one that showed ours, whenever it was made.
 */
function noLocalEditIsOverwrittenUnseen(world: World, history: History): void {
  const { person, field, local } = history;
  local.forEach((pulled, at) => {
    const lost = local[at - 1];
    if (lost === undefined || pulled.origin !== 'pull' || lost.origin !== 'edit') return;
    if (alikeIn(field, lost.value, pulled.value) || givesWay(world, history, lost, pulled)) return;
    if (losesConflict(world, person.personId, field, lost) || wasDropped(world, person.personId, field, lost)) return;
    if (tookDefault(world, person.personId, field, lost)) return;
    const what = `${JSON.stringify(lost.value)} of ${clockOf(lost.at)} was replaced by ${JSON.stringify(pulled.value)}`;
    world.breaks('no edit of ours is lost', `${person.personId}.${field}: ${what} at ${clockOf(pulled.at)}`);
  });
}

/** Whether what was pulled is rightly in the place of an edit of ours. */
function givesWay(world: World, history: History, lost: LocalValue, pulled: LocalValue): boolean {
  const { person, field, remote } = history;
  // An empty field of a person without a row is no edit: whatever row comes, there is nothing to push.
  if (lost.value === null && lost.rowId === null) return true;
  const brought = remote.filter((each) => alikeIn(field, each.value, pulled.value) && each.at <= pulled.at);
  // An edit back to base leaves nothing to push: whatever others meant stands, and only a push of ours may not.
  if (lost.toBase && brought.some((each) => isForeign(field, each))) return true;
  const alike = remote.filter((each) => alikeIn(field, each.value, lost.value));
  // Both sides agreed where a state that was on its way held the same before anybody knew of the edit.
  const agreed = alike.find((each) => isBase(world, person.personId, field, { ...each, at: lost.at }));
  const shown = alike.find((each) => each.until > lost.at) ?? agreed;
  if (shown === undefined) return false;
  const shownAt = shown === agreed ? shown.at : Math.max(shown.at, lost.at);
  return pulled.rowId !== String(shown.state.row.Id) || brought.some((each) => each.at > shownAt);
}

function losesConflict(world: World, personId: string, field: string, { value, at }: LocalValue): boolean {
  return activitiesOf(world, personId).some(
    (activity) =>
      activity.type === 'conflict' &&
      activity.detail.field === field &&
      activity.detail.winner === 'remote' &&
      toldAt(world, activity) >= at &&
      alikeIn(field, whole(activity.detail.local), value),
  );
}

/** The edit waited when the person was deleted here, and that is told. */
function wasDropped(world: World, personId: string, field: string, { at }: LocalValue): boolean {
  return activitiesOf(world, personId).some(
    (activity) =>
      activity.type === 'deleted' && toldAt(world, activity) >= at && activity.detail.dropped?.includes(field) === true,
  );
}

function toldAt(world: World, activity: Activity): number {
  return world.ledger.toldAt.get(activity) ?? 0;
}

/** A new record needs a value where the person had none: the configured one, and that is told. */
function tookDefault(world: World, personId: string, field: string, { value }: LocalValue): boolean {
  if (value !== null) return false;
  return activitiesOf(world, personId).some(
    ({ type, detail }) => type === 'syncedToSalesforce' && detail.defaulted?.includes(field) === true,
  );
}

/** A conflict is about what somebody in the org, or its automation, has put there: never about a push of our own. */
function conflictsAreReal(world: World, { personId }: Person, fields: readonly string[]): void {
  const told = activitiesOf(world, personId);
  for (const activity of told) {
    if (activity.type !== 'conflict' || !fields.includes(activity.detail.field)) continue;
    // Where two came together, each is foreign to the other.
    if (told.some((other) => other.at === activity.at && COMES_TOGETHER.has(other.type))) continue;
    const { field, local, remote } = activity.detail;
    const isReal = [...world.ledger.rows.keys()].some((rowId) =>
      remoteValues(world, rowId, field).some(
        (each) => sameIn(field, each.value, whole(remote)) && isForeign(field, each),
      ),
    );
    if (isReal) continue;
    world.breaks(
      'no conflict is made up',
      `${personId}.${field}: ${JSON.stringify(remote)} was told to be an edit of Salesforce against ${JSON.stringify(local)}, ` +
        'and only a push of ours ever wrote it',
    );
  }
}

function activitiesOf(world: World, personId: string): readonly Activity[] {
  return world.ledger.activities.get(personId) ?? [];
}

/** The values of the field on every row that has been this person's. */
function valuesOfRows(world: World, { personId }: Person, field: string): RemoteValue[] {
  const rowIds = [...(world.ledger.links.get(personId) ?? [])];
  return rowIds.flatMap((id) => remoteValues(world, id, field)).sort((one, other) => one.at - other.at);
}

function clockOf(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
