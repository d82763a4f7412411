import type { Person } from '../../person/person.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * Gives back a lease under which nothing was settled. Where it remembers a push that was never answered, what that
 * push attempted stays known, in a lease that has run out: until somebody has read the row, a value found there may be
 * our own.
 */
export async function giveBackLease(
  { persons, clock }: Pick<Ports, 'persons' | 'clock'>,
  { personId, lease }: Person,
  remembers: boolean,
): Promise<void> {
  if (lease === null) return;
  if (!remembers) return persons.releaseLease(personId, lease.owner);
  const stored = await persons.get(personId);
  if (stored?.lease?.owner !== lease.owner) return;
  const now = clock.now();
  await persons.takeLease(stored, { ...stored.lease, expiresAt: now }, now);
}

/** Whether the lease remembers values that a push attempted. */
export function remembersAttempt({ lease }: Person): boolean {
  return Object.keys(lease?.attempt ?? {}).length > 0;
}
