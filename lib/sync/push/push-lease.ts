import type { Fields } from '../../person/field-value.ts';
import { isWritable, type Lease, type Person } from '../../person/person.ts';
import { addMs } from '../instants.ts';
import type { Ports } from '../ports/ports.ts';

/** Values about to be sent for a person. */
export interface Attempt {
  readonly owner: string;
  readonly attempt: Fields;
  /** The required stamp of the row; absent for an unguarded attempt. */
  readonly guard?: string | undefined;
}

/** A lease from `now` on, lasting as long as Salesforce may work on the request. */
export function leaseFor({ leaseMs }: Pick<Ports, 'leaseMs'>, { owner, attempt, guard }: Attempt, now: string): Lease {
  return { owner, expiresAt: addMs(now, leaseMs), attempt, ...(guard !== undefined && { guard }) };
}

/** The stamp required by a guarded push of the person's edits. */
export function guardOf({ salesforce }: Person): string | undefined {
  return isWritable(salesforce) ? salesforce.systemModstamp : undefined;
}

/**
 * Releases a lease without a settle. With `remembers`, for a push without an answer, the attempt is kept in an expired
 * lease: until the row is read, a row value equal to the attempt may be our push.
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
