import { deletePerson } from '../../person/delete-person.ts';
import type { DeletedHere, Person } from '../../person/person.ts';
import { QuotaExceededError, TransientError, wasNotSent } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { giveBackLease } from '../rows/give-back-lease.ts';
import { deleteRow, type RowDeletion } from './delete-row.ts';
import { leaseWithPatience } from './lease-with-patience.ts';
import type { SyncOutcome } from './person-sync.ts';

export type DeleteOutcome =
  | { readonly kind: 'deleted' }
  | Extract<
      SyncOutcome,
      { kind: 'notFound' | 'mergedAway' | 'deletedHere' | 'busy' | 'rejected' | 'unavailable' | 'limit' }
    >;

const ATTEMPTS = 8;

/**
 * Deletes a person here, and on demand its row in Salesforce first, or the row that took the place of that. The person
 * stays as its tombstone, which its row does not bring back. Deleting again changes nothing.
 */
export async function deletePersonHere(
  ports: Ports,
  personId: string,
  salesforce: DeletedHere['salesforce'],
): Promise<DeleteOutcome> {
  const taken = await leaseWithPatience(ports, personId, false);
  if ('kind' in taken) return taken.kind === 'deletedHere' ? { kind: 'deleted' } : taken;
  const { leased, afterLostPush } = taken;
  try {
    const row: RowDeletion =
      salesforce === 'delete' ? await deleteRow(ports, leased) : { kind: 'deleted', person: leased };
    const outcome = row.kind === 'deleted' ? await bury(ports, row.person, salesforce) : row;
    await giveBackLease(ports, leased, afterLostPush);
    return outcome;
  } catch (error) {
    if (wasNotSent(error)) await giveBackLease(ports, leased, afterLostPush);
    if (error instanceof QuotaExceededError) return { kind: 'limit' };
    if (error instanceof TransientError) return { kind: 'unavailable' };
    throw error;
  }
}

async function bury(ports: Ports, leased: Person, salesforce: DeletedHere['salesforce']): Promise<DeleteOutcome> {
  let stored: Person | undefined = leased;
  for (let attempt = 0; attempt < ATTEMPTS && stored !== undefined; attempt += 1) {
    if (stored.mergedInto !== null) return { kind: 'mergedAway', personId: stored.mergedInto };
    const next = { ...deletePerson(stored, salesforce, ports.clock.now()), lease: stored.lease };
    if ((await ports.persons.update(stored, next)).kind === 'written') return { kind: 'deleted' };
    stored = await ports.persons.get(leased.personId);
  }
  return stored === undefined ? { kind: 'notFound' } : { kind: 'busy' };
}
