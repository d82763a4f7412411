import { hasPending, isPresent, isWritable, type Person, syncStatus } from '../../../lib/person/person.ts';
import { isRetryDue, retryAt, triedInVain } from '../../../lib/person/retry.ts';
import { LASTING_CODES, PASSING_CODES } from '../refusals.ts';
import type { World } from '../world.ts';

/** Invariant 11: what keeps a person from being in step for longer than three polls is told by its status and its log. */
export function checkLasting(world: World): void {
  for (const person of world.stores.all()) {
    if (!isPresent(person) || !isWritable(person.salesforce) || !hasPending(person)) continue;
    if (syncStatus(person) === 'rejected') logHasTheReason(world, person);
    mayEditByNow(world, person);
    refusedLast(world, person, person.salesforce.id);
  }
}

/** Of an edit to a field that the sync user may not edit. */
const NOT_EDITABLE = 'INVALID_FIELD_FOR_INSERT_UPDATE';

/** A clock of a function is off by most of a minute. */
const CLOCKS_APART_MS = 55_000;

const THREE_POLLS_MS = 15 * 60_000;

/** A lock that has lasted for more than three polls is told by then. */
export function checkSilentTries(world: World): void {
  for (const person of world.stores.all()) {
    const tried = isPresent(person) && person.rejection === null ? triedInVain(person) : null;
    if (tried === null || !PASSING_CODES.has(tried.code)) continue;
    const lasted = Date.parse(tried.at) - Date.parse(tried.since);
    if (tried.times <= 3 || lasted <= THREE_POLLS_MS) continue;
    world.breaks('what lasts is told', `${person.personId} was refused ${tried.times} times (${tried.code}), untold`);
  }
}

/** Once nothing refuses them any more, refusals that pass have passed. */
export function checkPassed(world: World): void {
  for (const person of world.stores.all()) {
    const { personId, rejection } = person;
    // Nobody tries for a person who is deleted here, or has no record.
    if (retryAt(person) === null || !PASSING_CODES.has(rejection?.code ?? '')) continue;
    world.breaks('what passes is tried again', `${personId} is still parked by ${rejection?.code}`);
  }
}

/** Who is to be tried again by now. */
export function dueRetries(world: World): readonly Person[] {
  const now = new Date(world.timeline.now).toISOString();
  return world.stores.all().filter((person) => isRetryDue(person, now));
}

/** Each of these persons has had a try of its own since. */
export function checkRetried(world: World, due: readonly Person[]): void {
  for (const { personId, rejection } of due) {
    const now = world.stores.peek(personId)?.rejection ?? null;
    if (now === null || now.retryAt !== rejection?.retryAt) continue;
    world.breaks('a refusal is tried again', `${personId}: ${now.code} was to be tried again at ${now.retryAt}`);
  }
}

/** Nobody waits for the permission to edit Phone once there is that permission. */
function mayEditByNow(world: World, { personId, rejection }: Person): void {
  const isOfPhone = rejection?.code === NOT_EDITABLE && rejection.fields.every((field) => field === 'Phone');
  if (!isOfPhone || !world.mayEditPhone) return;
  world.breaks('what the schema allows is tried again', `${personId} waits for Phone, which may be edited`);
}

function logHasTheReason(world: World, { personId, rejection }: Person): void {
  const told = (world.ledger.activities.get(personId) ?? []).some(
    ({ type, detail }) =>
      type === 'rejected' &&
      detail.code === rejection?.code &&
      detail.message !== '' &&
      detail.message === rejection.message,
  );
  if (!told)
    world.breaks('what lasts is told', `${personId} waits because of ${rejection?.code}, and the log does not say so`);
}

/** Where Salesforce refused the last push of the record for good, the person says why. */
function refusedLast(world: World, { personId, rejection }: Person, rowId: string): void {
  const last = world.ledger.pushes.findLast(
    ({ rowIds, parts }) => rowIds.includes(rowId) && parts.every(({ method }) => method !== 'DELETE'),
  );
  const refused = last?.refused.find((each) => each.rowId === rowId && LASTING_CODES.has(each.code));
  // Of a sync by hand the caller is told.
  if (last === undefined || !last.invocation.name.startsWith('merge')) return;
  if (refused === undefined || rejection?.code === refused.code) return;
  if (isRefusedLater(world, personId, last.sentAt)) return;
  const says = rejection === null ? 'nothing' : rejection.code;
  world.breaks(
    'what lasts is told',
    `${personId}: the last push was refused (${refused.code}), its status says ${says}`,
  );
}

/** A later refusal, of what is not sent at all, is what the status tells then; the log has both. */
function isRefusedLater(world: World, personId: string, sentAt: number): boolean {
  const rejection = world.stores.peek(personId)?.rejection ?? null;
  if (rejection === null) return false;
  const isJudgedHere = !LASTING_CODES.has(rejection.code);
  if (isJudgedHere && Date.parse(rejection.at) + CLOCKS_APART_MS >= sentAt) return true;
  return (world.ledger.activities.get(personId) ?? []).some(
    (activity) =>
      activity.type === 'rejected' &&
      activity.detail.code === rejection.code &&
      (world.ledger.toldAt.get(activity) ?? 0) > sentAt,
  );
}
