import type { Fields } from '../../person/field-value.ts';
import { hasAttempt, isPresent, isWritable, type Person, pendingEdits } from '../../person/person.ts';
import { QuotaExceededError, TransientError, wasNotSent } from '../errors.ts';
import { msBetween } from '../instants.ts';
import type { Ports } from '../ports/ports.ts';
import { endLostLeases } from '../push/lost-push.ts';
import { giveBackLease, guardOf, leaseFor } from '../push/push-lease.ts';
import { survivorOfPerson } from '../rows/holders.ts';
import type { SyncOutcome } from './person-sync.ts';

/** For how long a caller waits for another sync of the same person. */
const PATIENCE_MS = 5000;
const WAIT_MS = 100;

/** Why a person cannot be worked on. */
export type Unleased = Extract<SyncOutcome, { kind: 'notFound' | 'mergedAway' | 'deletedHere' | 'busy' }>;

/** Salesforce cannot be asked now, or may not be asked any more today. */
export type Unanswered = Extract<SyncOutcome, { kind: 'unavailable' | 'limit' }>;

/** A person under a lease of ours. */
export interface Leased {
  readonly leased: Person;
  readonly afterLostPush: boolean;
}

/** How a person is to be leased. */
export interface LeaseWay {
  /**
   * What will be sent carries the guard of base. Where it does not (a deletion), a lost request may commit over any later
   * state, so that only the end of the lease tells that it is over.
   */
  readonly isGuarded: boolean;
  /** A person deleted here is leased too. */
  readonly takesDeleted?: boolean;
}

/**
 * Works on a person under a lease, and gives the lease back unless a request may still commit. An outcome `synced` was
 * stored by a settle, which gives the lease back in the same write.
 */
export async function underLease<Outcome extends { readonly kind: string }>(
  ports: Ports,
  personId: string,
  way: LeaseWay,
  work: (leased: Leased) => Promise<Outcome>,
): Promise<Outcome | Unleased | Unanswered> {
  const taken = await leaseWithPatience(ports, personId, way);
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

/** The outcome that a failed call of Salesforce comes to; throws every other error. */
export function unanswered(error: unknown): Unanswered {
  if (error instanceof QuotaExceededError) return { kind: 'limit' };
  if (error instanceof TransientError) return { kind: 'unavailable' };
  throw error;
}

/** Leases a person; or tells why it cannot be had. */
async function leaseWithPatience(ports: Ports, personId: string, way: LeaseWay): Promise<Leased | Unleased> {
  const owner = ports.ids.next();
  const since = ports.clock.now();
  for (;;) {
    const person = await ports.persons.get(personId);
    if (person === undefined) return { kind: 'notFound' };
    if (!isPresent(person) && !isToBeTaken(person, way)) return absent(ports, person);
    const taken = await take(ports, person, { owner, isGuarded: way.isGuarded });
    if (taken !== undefined) return taken;
    if (msBetween(since, ports.clock.now()) >= PATIENCE_MS) return { kind: 'busy' };
    await ports.clock.wait(WAIT_MS);
  }
}

function isToBeTaken({ mergedInto, erased }: Person, { takesDeleted = false }: LeaseWay): boolean {
  return takesDeleted && mergedInto === null && !erased;
}

async function absent(ports: Ports, person: Person): Promise<Unleased> {
  if (person.erased && person.mergedInto === null) return { kind: 'notFound' };
  if (person.deletedHere !== null && person.mergedInto === null) {
    return { kind: 'deletedHere', at: person.deletedHere.at };
  }
  return { kind: 'mergedAway', personId: (await survivorOfPerson(ports.persons, person)).personId };
}

/** Undefined where somebody else has the lease, or changed the person. */
async function take(
  ports: Ports,
  found: Person,
  { owner, isGuarded }: { readonly owner: string; readonly isGuarded: boolean },
): Promise<Leased | undefined> {
  const [ended] = await endLostLeases(ports, [found]);
  const person = ended ?? found;
  const now = ports.clock.now();
  const afterLostPush = hasAttempt(person);
  // What an earlier push attempted stays known until its row has been read.
  const known = afterLostPush ? person.lease : null;
  const attempt = known?.attempt ?? valuesToSend(person);
  const ofBase = known === null ? guardOf(person) : known.guard;
  const guard = isGuarded ? ofBase : undefined;
  const lease = leaseFor(ports, { owner, attempt, guard }, now);
  const outcome = await ports.persons.takeLease(person, lease, now);
  return outcome === 'taken' ? { leased: { ...person, lease }, afterLostPush } : undefined;
}

/** What a sync may send: the pending edits, or for a row yet to be made all there is. */
function valuesToSend(person: Person): Fields {
  return isWritable(person.salesforce) ? pendingEdits(person) : person.fields;
}
