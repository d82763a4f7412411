import type { Rejection } from '../../person/activity.ts';
import type { Fields } from '../../person/field-value.ts';
import { isWritable, type Lease, type Person } from '../../person/person.ts';
import { ItemTooLargeError } from '../errors.ts';
import { addMs } from '../instants.ts';
import type { Ports } from '../ports/ports.ts';
import { park } from '../rows/update-or-park.ts';

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

export type Leasing =
  | { readonly kind: 'taken'; readonly person: Person }
  /** Too large to store with the lease: nothing may be sent. */
  | { readonly kind: 'parked'; readonly person: Person; readonly rejection: Rejection }
  /** Leased to a different worker, or changed concurrently. */
  | { readonly kind: 'notOurs' };

const TOO_LARGE: Rejection = {
  code: 'PERSON_TOO_LARGE',
  message: 'The person is too large to store together with the values to send; nothing was sent',
  fields: [],
};

/**
 * Takes the lease with the values about to be sent. A lease exceeding the store's size limit would fail on every retry:
 * the person is parked by a rejection with the cause, keeping the lease as read.
 */
export async function leaseOrPark(
  { persons }: Pick<Ports, 'persons'>,
  person: Person,
  lease: Lease,
  now: string,
): Promise<Leasing> {
  try {
    const outcome = await persons.takeLease(person, lease, now);
    return outcome === 'taken' ? { kind: 'taken', person: { ...person, lease } } : { kind: 'notOurs' };
  } catch (error) {
    if (!(error instanceof ItemTooLargeError)) throw error;
    const parked = await park(persons, person, { rejection: TOO_LARGE, lease: person.lease, now });
    if (parked.kind === 'versionConflict') return { kind: 'notOurs' };
    return { kind: 'parked', person: parked.person, rejection: TOO_LARGE };
  }
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
