import type { Fields } from '../../person/field-value.ts';
import { hasAttempt, isPresent, isWritable, type Person, pendingEdits } from '../../person/person.ts';
import { QuotaExceededError, TransientError, wasNotSent } from '../errors.ts';
import { msBetween } from '../instants.ts';
import type { Ports } from '../ports/ports.ts';
import { endLostLeases } from '../push/lost-push.ts';
import { giveBackLease, guardOf, leaseFor, leaseOrPark } from '../push/push-lease.ts';
import { survivorOfPerson } from '../rows/holders.ts';
import { endWithoutLease, type SyncOutcome } from './person-sync.ts';

/** Maximum wait for a concurrent sync of the same person. */
export const PATIENCE_MS = 5000;
const WAIT_MS = 100;

/** Why a person cannot be leased. */
export type Unleased = Extract<SyncOutcome, { kind: 'notFound' | 'mergedAway' | 'deletedHere' | 'busy' | 'rejected' }>;

/** Salesforce is unavailable, or the daily API limit is reached. */
export type Unanswered = Extract<SyncOutcome, { kind: 'unavailable' | 'limit' }>;

/** A person under the caller's lease. */
export interface Leased {
  readonly leased: Person;
  readonly afterLostPush: boolean;
}

/** Options of a lease. */
export interface LeaseOptions {
  /**
   * Whether requests will carry base's stamp as guard. Without a guard (a deletion) a lost request may commit over any
   * later state, and only the end of the lease proves that the request is over.
   */
  readonly isGuarded: boolean;
  /** Also lease a person deleted locally. */
  readonly takesDeleted?: boolean;
}

/**
 * Runs work under a person's lease, and releases the lease unless a request may still commit. The outcome `synced`
 * comes from a settle, which released the lease in the same write.
 */
export async function underLease<Outcome extends { readonly kind: string }>(
  ports: Ports,
  personId: string,
  options: LeaseOptions,
  work: (leased: Leased) => Promise<Outcome>,
): Promise<Outcome | Unleased | Unanswered> {
  const taken = await leaseWithPatience(ports, personId, options);
  if ('kind' in taken) return taken;
  const giveBack = () => giveBackLease(ports, taken.leased, taken.afterLostPush);
  try {
    const outcome = await work(taken);
    if (outcome.kind !== 'synced') await giveBack();
    return outcome;
  } catch (error) {
    if (wasNotSent(error)) await giveBack();
    return unanswered(error);
  }
}

/** The outcome for a failed Salesforce call; throws every other error. */
export function unanswered(error: unknown): Unanswered {
  if (error instanceof QuotaExceededError) return { kind: 'limit' };
  if (error instanceof TransientError) return { kind: 'unavailable' };
  throw error;
}

/** Leases a person, or returns why not. */
async function leaseWithPatience(ports: Ports, personId: string, options: LeaseOptions): Promise<Leased | Unleased> {
  const owner = ports.ids.next();
  const since = ports.clock.now();
  for (;;) {
    const person = await ports.persons.get(personId);
    if (person === undefined) return { kind: 'notFound' };
    if (!isPresent(person) && !isToBeTaken(person, options)) return absent(ports, person);
    const taken = await take(ports, person, { owner, isGuarded: options.isGuarded });
    if (taken !== undefined) return taken;
    if (msBetween(since, ports.clock.now()) >= PATIENCE_MS) return { kind: 'busy' };
    await ports.clock.wait(WAIT_MS);
  }
}

function isToBeTaken({ mergedInto, erased }: Person, { takesDeleted = false }: LeaseOptions): boolean {
  return takesDeleted && mergedInto === null && !erased;
}

async function absent(ports: Ports, person: Person): Promise<Unleased> {
  if (person.erased && person.mergedInto === null) return { kind: 'notFound' };
  if (person.deletedHere !== null && person.mergedInto === null) {
    return { kind: 'deletedHere', at: person.deletedHere.at };
  }
  return { kind: 'mergedAway', personId: (await survivorOfPerson(ports.persons, person)).personId };
}

/** Undefined where a different worker has the lease or changed the person; a person too large for the lease is parked. */
async function take(
  ports: Ports,
  found: Person,
  { owner, isGuarded }: { readonly owner: string; readonly isGuarded: boolean },
): Promise<Leased | Unleased | undefined> {
  const [ended] = await endLostLeases(ports, [found]);
  const person = ended ?? found;
  const now = ports.clock.now();
  const afterLostPush = hasAttempt(person);
  // The attempt of an earlier push stays recorded until the row is read.
  const known = afterLostPush ? person.lease : null;
  const attempt = known?.attempt ?? (isGuarded ? valuesToSend(person) : {});
  const ofBase = known === null ? guardOf(person) : known.guard;
  const guard = isGuarded ? ofBase : undefined;
  const lease = leaseFor(ports, { owner, attempt, guard }, now);
  const leasing = await leaseOrPark(ports, person, lease, now);
  if (leasing.kind === 'taken') return { leased: leasing.person, afterLostPush };
  return leasing.kind === 'notOurs' ? undefined : endWithoutLease(leasing);
}

/** The values a sync may send (a deletion sends none): the pending edits; for a row to be created, every value. */
function valuesToSend(person: Person): Fields {
  return isWritable(person.salesforce) ? pendingEdits(person) : person.fields;
}
