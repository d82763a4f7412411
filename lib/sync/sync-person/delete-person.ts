import { deletePerson } from '../../person/delete-person.ts';
import type { DeletedHere, Person } from '../../person/person.ts';
import type { Ports } from '../ports/ports.ts';
import { deleteRow, type RowDeletion } from './delete-row.ts';
import type { SyncOutcome } from './person-sync.ts';
import { underLease } from './under-lease.ts';

export type DeleteOutcome =
  | { readonly kind: 'deleted' }
  | Exclude<SyncOutcome, { kind: 'synced' | 'contactNotAssignable' | 'ambiguousMatch' }>;

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
  const outcome = await underLease(
    ports,
    personId,
    { isGuarded: false },
    async ({ leased }): Promise<DeleteOutcome> => {
      const row: RowDeletion =
        salesforce === 'delete' ? await deleteRow(ports, leased) : { kind: 'deleted', person: leased };
      return row.kind === 'deleted' ? bury(ports, row.person, salesforce) : row;
    },
  );
  return outcome.kind === 'deletedHere' ? { kind: 'deleted' } : outcome;
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
