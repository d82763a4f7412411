import type { Activity } from '../../../lib/person/activity.ts';
import type { Person } from '../../../lib/person/person.ts';
import { diedAfter, type Push } from '../ledger.ts';
import type { World } from '../world.ts';

type RejectedActivity = Extract<Activity, { type: 'rejected' }>;

/** Codes with which Salesforce, and nobody else, refuses what these stories send. */
const REFUSALS: ReadonlySet<string> = new Set(['FIELD_CUSTOM_VALIDATION_EXCEPTION']);

/** Invariant 7: every rejection is in the log, once, and none that was not. */
export function checkRejections(world: World): void {
  for (const person of world.persons.all()) {
    const told = (world.ledger.activities.get(person.personId) ?? []).filter(isRejected);
    const refusals = refusalsOf(world, person);
    everyRefusalIsTold(world, person, { told, refusals });
    nothingIsToldTwice(world, person);
    for (const each of told) {
      if (REFUSALS.has(each.detail.code) && refusals.length === 0) {
        world.breaks('no rejection is made up', `${person.personId}: ${each.detail.code} was never answered`);
      }
    }
  }
}

function refusalsOf(world: World, { personId }: Person): Push[] {
  const ids = new Set([personId, ...(world.ledger.links.get(personId) ?? [])]);
  return world.ledger.pushes.filter(({ refused }) =>
    refused.some(({ rowId, code }) => ids.has(rowId) && REFUSALS.has(code)),
  );
}

function everyRefusalIsTold(
  world: World,
  { personId }: Person,
  { told, refusals }: { told: readonly RejectedActivity[]; refusals: readonly Push[] },
): void {
  const untold = refusals.find((push) => !diedAfter(push));
  if (untold === undefined || told.some(({ detail }) => REFUSALS.has(detail.code))) return;
  world.breaks(
    'every rejection is told',
    `${personId}: ${untold.invocation.name} was refused, and the log does not say so`,
  );
}

/** The same refusal of the same values, with nothing in between, is one rejection. */
function nothingIsToldTwice(world: World, { personId }: Person): void {
  const log = world.ledger.activities.get(personId) ?? [];
  log.forEach((activity, at) => {
    const before = log[at - 1];
    if (!isRejected(activity) || before === undefined || !isRejected(before)) return;
    if (JSON.stringify(activity.detail) === JSON.stringify(before.detail)) {
      world.breaks('a rejection is told once', `${personId}: ${activity.detail.code} twice in a row`);
    }
  });
}

function isRejected(activity: Activity): activity is RejectedActivity {
  return activity.type === 'rejected';
}
