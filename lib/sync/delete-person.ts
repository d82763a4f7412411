import type { Happening } from '../person/activity.ts';
import { deletePerson } from '../person/delete-person.ts';
import { logged } from '../person/edit-person.ts';
import { type DeletedHere, isWritable, type Person } from '../person/person.ts';
import { QuotaExceededError, TransientError } from './errors.ts';
import { giveBackLease } from './give-back-lease.ts';
import { leaseWithPatience } from './lease-with-patience.ts';
import type { SyncOutcome, SyncPorts } from './person-sync.ts';
import { wasNotSent } from './push-persons.ts';

export type DeleteOutcome =
  | { readonly kind: 'deleted' }
  | Extract<
      SyncOutcome,
      { kind: 'notFound' | 'mergedAway' | 'deletedHere' | 'busy' | 'rejected' | 'unavailable' | 'limit' }
    >;

const ATTEMPTS = 8;

/**
 * Deletes a person here, and on demand its row in Salesforce first. The person stays as its tombstone, which its row
 * does not bring back. Deleting again changes nothing.
 */
export async function deletePersonHere(
  ports: SyncPorts,
  personId: string,
  salesforce: DeletedHere['salesforce'],
): Promise<DeleteOutcome> {
  const taken = await leaseWithPatience(ports, personId);
  if ('kind' in taken) return taken.kind === 'deletedHere' ? { kind: 'deleted' } : taken;
  const { leased, afterLostPush } = taken;
  try {
    const refused = salesforce === 'delete' ? await deleteRow(ports, leased) : undefined;
    const outcome = refused ?? (await bury(ports, leased, salesforce));
    await giveBackLease(ports, leased, afterLostPush);
    return outcome;
  } catch (error) {
    if (wasNotSent(error)) await giveBackLease(ports, leased, afterLostPush);
    if (error instanceof QuotaExceededError) return { kind: 'limit' };
    if (error instanceof TransientError) return { kind: 'unavailable' };
    throw error;
  }
}

/** Undefined where the row is deleted, or was so already. */
async function deleteRow(ports: SyncPorts, person: Person): Promise<DeleteOutcome | undefined> {
  const link = person.salesforce;
  if (!isWritable(link)) return undefined;
  const answer = await ports.records.remove(link.type, link.id);
  switch (answer.kind) {
    case 'written':
    case 'gone':
      return undefined;
    case 'transient':
      throw new TransientError(answer.code, 'Salesforce could not delete the record now');
    case 'rejected': {
      const { rejection } = answer;
      const told: Happening = { type: 'rejected', direction: 'push', detail: { ...rejection, values: {} } };
      const outcome = await ports.persons.update(person, logged(person, [told], ports.clock.now()));
      if (outcome.kind === 'versionConflict') return { kind: 'busy' };
      return { kind: 'rejected', rejection, person: outcome.person };
    }
  }
}

async function bury(ports: SyncPorts, leased: Person, salesforce: DeletedHere['salesforce']): Promise<DeleteOutcome> {
  let stored: Person | undefined = leased;
  for (let attempt = 0; attempt < ATTEMPTS && stored !== undefined; attempt += 1) {
    if (stored.mergedInto !== null) return { kind: 'mergedAway', personId: stored.mergedInto };
    const next = { ...deletePerson(stored, salesforce, ports.clock.now()), lease: stored.lease };
    if ((await ports.persons.update(stored, next)).kind === 'written') return { kind: 'deleted' };
    stored = await ports.persons.get(leased.personId);
  }
  return stored === undefined ? { kind: 'notFound' } : { kind: 'busy' };
}
