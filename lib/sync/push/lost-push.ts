import { toIsoInstant } from '../../person/field-value.ts';
import { hasAttempt, isLeased, type Person } from '../../person/person.ts';
import { SALESFORCE_TYPES } from '../../person/row.ts';
import { inParallel, STORE_PARALLELISM } from '../in-parallel.ts';
import { msBetween } from '../instants.ts';
import type { Ports } from '../ports/ports.ts';
import { giveBackLease } from './push-lease.ts';

type LostPushPorts = Pick<Ports, 'persons' | 'records' | 'clock' | 'leaseMs'>;

/** Longer than any function that pushes runs: whoever took a lease before that is at work no more. */
const LONGEST_WORK_MS = 150_000;

/** Stamps have whole seconds: a row saved in the second of the guard passes it. */
const SECOND_MS = 1000;

const STAMP_COLUMNS = ['Id', 'SystemModstamp'];

/**
 * Ends leases that outlived their workers, where the row shows that what was sent has committed, or can be refused only
 * by now. Answers those persons: what was attempted stays known, in a lease that has run out.
 */
export async function endLostLeases(ports: LostPushPorts, persons: readonly Person[]): Promise<readonly Person[]> {
  const now = ports.clock.now();
  const left = persons.filter((person) => isLeft(person, now, ports.leaseMs));
  const unsure = left.filter(({ salesforce, lease }) => !isPast(salesforce?.systemModstamp, lease?.guard));
  const stamps = await readStamps(ports, unsure);
  const ended = left.filter((person) => {
    return !unsure.includes(person) || isPast(stamps.get(person.salesforce?.id ?? ''), person.lease?.guard);
  });
  await inParallel(ended, STORE_PARALLELISM, (person) => giveBackLease(ports, person, true));
  return ended.map((person) => ({ ...person, lease: person.lease && { ...person.lease, expiresAt: now } }));
}

/** Whether a lease stands that no worker holds any more, and that says over which state it sent something. */
function isLeft(person: Person, now: string, leaseMs: number): boolean {
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
