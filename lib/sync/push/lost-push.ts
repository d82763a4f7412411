import { toIsoInstant } from '../../person/field-value.ts';
import { hasAttempt, isLeased, type Person } from '../../person/person.ts';
import { SALESFORCE_TYPES } from '../../person/row.ts';
import { inParallel, STORE_PARALLELISM } from '../in-parallel.ts';
import { msBetween } from '../instants.ts';
import type { Ports } from '../ports/ports.ts';
import { giveBackLease } from './push-lease.ts';

type LostPushPorts = Pick<Ports, 'persons' | 'records' | 'clock' | 'leaseMs'>;

/** Longer than any pushing function runs: a worker whose lease is older has ended. */
export const LONGEST_WORK_MS = 150_000;

/** Stamps have whole seconds: a save within the guard's second passes the guard. */
const SECOND_MS = 1000;

const STAMP_COLUMNS = ['Id', 'SystemModstamp'];

/**
 * Ends leases outliving their workers where the row shows that the attempt has committed or can no longer commit.
 * Returns the persons, each with an expired lease recording the attempt.
 */
export async function endLostLeases(ports: LostPushPorts, persons: readonly Person[]): Promise<readonly Person[]> {
  const now = ports.clock.now();
  const abandoned = persons.filter((person) => isAbandoned(person, now, ports.leaseMs));
  const unsure = abandoned.filter(({ salesforce, lease }) => !isPast(salesforce?.systemModstamp, lease?.guard));
  const stamps = await readStamps(ports, unsure);
  const ended = abandoned.filter((person) => {
    return !unsure.includes(person) || isPast(stamps.get(person.salesforce?.id ?? ''), person.lease?.guard);
  });
  await inParallel(ended, STORE_PARALLELISM, (person) => giveBackLease(ports, person, true));
  return ended.map((person) => ({ ...person, lease: person.lease && { ...person.lease, expiresAt: now } }));
}

/** Whether the lease is in force without a worker and has an attempt with a guard. */
function isAbandoned(person: Person, now: string, leaseMs: number): boolean {
  const { lease } = person;
  if (lease?.guard === undefined || !isLeased(person, now) || !hasAttempt(person)) return false;
  return leaseMs - msBetween(now, lease.expiresAt) > LONGEST_WORK_MS;
}

function isPast(stamp: string | undefined, guard: string | undefined): boolean {
  return stamp !== undefined && guard !== undefined && Date.parse(stamp) >= Date.parse(guard) + SECOND_MS;
}

async function readStamps(
  { records }: LostPushPorts,
  persons: readonly Person[],
): Promise<ReadonlyMap<string, string>> {
  const stamps = new Map<string, string>();
  for (const type of SALESFORCE_TYPES) {
    const ids = persons.flatMap(({ salesforce }) => (salesforce?.type === type ? salesforce.id : []));
    if (ids.length === 0) continue;
    for (const [id, row] of await records.read(type, ids, STAMP_COLUMNS)) {
      stamps.set(id, toIsoInstant(String(row.SystemModstamp)));
    }
  }
  return stamps;
}
