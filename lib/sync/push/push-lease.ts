import type { Fields } from '../../person/field-value.ts';
import { isWritable, type Lease, type Person } from '../../person/person.ts';
import { addMs } from '../instants.ts';
import type { Ports } from '../ports/ports.ts';

/** What a worker is about to send for a person. */
export interface Attempt {
  readonly owner: string;
  readonly attempt: Fields;
  /** Over which state of the row; absent where the attempt has no condition. */
  readonly guard?: string | undefined;
}

/** A lease from now on, for as long as Salesforce may work on what is sent under it. */
export function leaseFor({ leaseMs }: Pick<Ports, 'leaseMs'>, { owner, attempt, guard }: Attempt, now: string): Lease {
  return { owner, expiresAt: addMs(now, leaseMs), attempt, ...(guard !== undefined && { guard }) };
}

/** The state of the row that a push of the person's edits goes over. */
export function guardOf({ salesforce }: Person): string | undefined {
  return isWritable(salesforce) ? salesforce.systemModstamp : undefined;
}

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
