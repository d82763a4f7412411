import type { Activity } from '../../../lib/person/activity.ts';
import { hasPending, isWritable } from '../../../lib/person/person.ts';
import { isUnheard, type Push } from '../ledger.ts';
import { LASTING_CODES } from '../refusals.ts';
import type { World } from '../world.ts';

type RejectedActivity = Extract<Activity, { type: 'rejected' }>;

/** Invariant 7: every rejection is in the log, once, and none that was not. */
export function checkRejections(world: World): void {
  for (const push of world.ledger.pushes) everyRefusalIsTold(world, push);
  for (const { personId } of world.stores.all()) {
    nothingIsToldTwice(world, personId);
    const isRefused = refusals(world).some((rowId) => rowId === personId || holds(world, personId, rowId));
    for (const { detail } of rejectionsOf(world, personId)) {
      if (LASTING_CODES.has(detail.code) && !isRefused) {
        world.breaks('no rejection is made up', `${personId}: ${detail.code} was never answered`);
      }
    }
  }
}

/** What was refused, by the row, or by the person of a row that was to be made. */
function refusals(world: World): string[] {
  return world.ledger.pushes.flatMap(({ refused }) =>
    refused.flatMap(({ rowId, code }) => (LASTING_CODES.has(code) ? rowId : [])),
  );
}

function holds(world: World, personId: string, rowId: string): boolean {
  return world.ledger.links.get(personId)?.has(rowId) === true;
}

/**
 * Somebody who stood for the row tells it, or whom that one became a part of. Not each of them does: a Contact whose
 * person came into that of its Lead is refused in the log of that one.
 */
function everyRefusalIsTold(world: World, push: Push): void {
  for (const { rowId, code } of push.refused) {
    if (!LASTING_CODES.has(code)) continue;
    const mayBeUntold = isUnheard(push) || isGone(world, rowId) || isLockedToo(world, rowId);
    if (mayBeUntold && isFollowed(world, push, rowId)) continue;
    const persons = [...world.ledger.personsOfRow(rowId), ...(world.stores.peek(rowId) === undefined ? [] : [rowId])];
    if (persons.some((personId) => rejectionsOf(world, personId).some(({ detail }) => detail.code === code))) continue;
    world.breaks(
      'every rejection is told',
      `${rowId} (${persons.join(', ')}): ${push.invocation.name} was refused, and the log does not say so`,
    );
  }
}

/** A Lead that was to be made without the refused value, and was then refused as locked: it is made anew, whole. */
function isLockedToo(world: World, rowId: string): boolean {
  return world.swarm.enabled.has('refusedForNow') && world.stores.peek(rowId) !== undefined;
}

/** The row is deleted, or another has taken its place: its edits are for that one. */
function isGone(world: World, rowId: string): boolean {
  const row = world.org.state.store.table(rowId.startsWith('00Q') ? 'Lead' : 'Contact').get(rowId);
  return row?.IsDeleted === true || row?.IsConverted === true;
}

/** A refusal that nobody heard, or of a row that is gone, is found again by a later push of its person, unless no edit waits any more. */
function isFollowed(world: World, push: Push, rowId: string): boolean {
  // A Lead is made, and a row deleted, when somebody asks for it: who got no answer asks again.
  const isDeletion = push.parts.some(({ method }) => method === 'DELETE');
  if (isDeletion || world.stores.peek(rowId) !== undefined) return true;
  const persons = [...world.ledger.personsOfRow(rowId), rowId].flatMap((id) => world.stores.peek(id) ?? []);
  const names = new Set(persons.flatMap(({ personId }) => [personId, ...(world.ledger.links.get(personId) ?? [])]));
  const isLater = (other: Push) => other !== push && other.sentAt >= push.sentAt;
  const isOfPerson = ({ rowIds, refused }: Push) =>
    [...rowIds, ...refused.map((each) => each.rowId)].some((id) => names.has(id));
  if (world.ledger.pushes.some((other) => isLater(other) && isOfPerson(other))) return true;
  // To a row that is gone nothing is pushed any more.
  return persons.every((person) => person.mergedInto !== null || !hasPending(person) || !isWritable(person.salesforce));
}

function rejectionsOf(world: World, personId: string): RejectedActivity[] {
  return (world.ledger.activities.get(personId) ?? []).filter(isRejected);
}

/**
 * The same refusal of the same values, with nothing in between, is one rejection. A deletion has no values: one that
 * somebody asks for again, and that is refused again, is told again.
 */
function nothingIsToldTwice(world: World, personId: string): void {
  const log = world.ledger.activities.get(personId) ?? [];
  log.forEach((activity, at) => {
    const before = log[at - 1];
    if (!isRejected(activity) || before === undefined || !isRejected(before)) return;
    if (Object.keys(activity.detail.values).length === 0) return;
    if (JSON.stringify(activity.detail) === JSON.stringify(before.detail)) {
      world.breaks('a rejection is told once', `${personId}: ${activity.detail.code} twice in a row`);
    }
  });
}

function isRejected(activity: Activity): activity is RejectedActivity {
  return activity.type === 'rejected';
}
