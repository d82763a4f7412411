import { hasPending, isPresent, isWritable, type Person, syncStatus } from '../../../lib/person/person.ts';
import { LASTING_CODES } from '../refusals.ts';
import type { World } from '../world.ts';

/** Invariant 11: what keeps a person from being in step for longer than three polls is told by its status and its log. */
export function checkLasting(world: World): void {
  for (const person of world.stores.all()) {
    if (!isPresent(person) || !isWritable(person.salesforce) || !hasPending(person)) continue;
    if (syncStatus(person) === 'rejected') logHasTheReason(world, person);
    refusedLast(world, person, person.salesforce.id);
  }
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
  // A later refusal, of what is not sent at all, is what the status tells then; the log has both.
  const isLater = (world.ledger.activities.get(personId) ?? []).some(
    (activity) =>
      activity.type === 'rejected' &&
      activity.detail.code === rejection?.code &&
      (world.ledger.toldAt.get(activity) ?? 0) > last.sentAt,
  );
  if (isLater) return;
  const says = rejection === null ? 'nothing' : rejection.code;
  world.breaks(
    'what lasts is told',
    `${personId}: the last push was refused (${refused.code}), its status says ${says}`,
  );
}
