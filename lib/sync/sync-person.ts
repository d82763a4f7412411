import type { Conflict, Rejection } from '../person/activity.ts';
import type { Fields } from '../person/field-value.ts';
import { isWritable, type Person, pendingEdits, type SalesforceType } from '../person/person.ts';
import { absorbPersons } from './absorb-persons.ts';
import { attachRow } from './attach-row.ts';
import { QuotaExceededError, TransientError } from './errors.ts';
import { giveBackLease, remembersAttempt } from './give-back-lease.ts';
import { addMs, msBetween } from './ports/clock.ts';
import type { Ports } from './ports/ports.ts';
import { pushNow, readGoneRow } from './push-now.ts';
import { wasNotSent } from './push-persons.ts';
import { describedSchemas, loadSchemas, type Schemas } from './schemas.ts';
import { survivorOfPerson } from './survivors.ts';

/** Who shall own the record: nobody else than now, a user or a queue, or whom the assignment rules choose on a create. */
export type AssignTo =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'user' | 'queue'; readonly ownerId: string }
  | { readonly kind: 'assignmentRule' };

export type SyncOutcome =
  | {
      readonly kind: 'synced';
      readonly outcome: 'created' | 'linked' | 'updated' | 'unchanged';
      readonly person: Person;
      readonly pushed: readonly string[];
      readonly pulled: readonly string[];
      readonly conflicts: readonly Conflict[];
    }
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly person: Person }
  | { readonly kind: 'notFound' }
  /** The person became a part of this one. */
  | { readonly kind: 'mergedAway'; readonly personId: string }
  | { readonly kind: 'deletedHere'; readonly at: string }
  /** Another push of this person is under way, or may still be. */
  | { readonly kind: 'busy' }
  /** Salesforce lets no queue own a Contact. Nothing was sent. */
  | { readonly kind: 'contactNotAssignable' }
  | { readonly kind: 'ambiguousMatch'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'limit' };

/** A row that could be this person's. */
export interface Candidate {
  readonly type: SalesforceType;
  readonly id: string;
  /** Whose it is, where it is another's. */
  readonly personId?: string;
}

export type SyncPorts = Omit<Ports, 'queue'>;

/** A sync of one person on its way, under the person's lease. */
export interface PersonSync {
  readonly ports: SyncPorts;
  readonly schemas: Schemas;
  readonly assignTo: AssignTo;
  /** An earlier push of this person was never answered: its row is read before anything is sent. */
  readonly afterLostPush: boolean;
}

/** What a step came to: the person goes on to the next one, under its lease, or the sync is over. */
export type SyncStep =
  | {
      readonly kind: 'goOn';
      readonly linked: boolean;
      readonly person: Person;
      readonly conflicts: readonly Conflict[];
    }
  | { readonly kind: 'over'; readonly outcome: SyncOutcome };

/** For how long a caller waits for another sync of the same person. */
const PATIENCE_MS = 5000;
const WAIT_MS = 100;

const TURNS = 3;

/** How often a person may become a part of another while it is synced. */
const MERGES = 4;

/**
 * Brings one person into Salesforce now: pushes its pending edits, or links it to its row, or creates its Lead, and
 * takes over what the row holds. Whatever comes of it, no edit is lost; what was refused stands in the activity log.
 * A person who turns out to be a part of another by now is synced as that one.
 */
export async function syncPerson(ports: SyncPorts, personId: string, assignTo: AssignTo): Promise<SyncOutcome> {
  let outcome = await syncOnce(ports, personId, assignTo);
  for (let merge = 0; merge < MERGES && outcome.kind === 'joined'; merge += 1) {
    outcome = await syncOnce(ports, outcome.personId, assignTo);
  }
  return outcome.kind === 'joined' ? { kind: 'busy' } : outcome;
}

/** Why a person cannot be worked on. */
export type Unleased = Extract<SyncOutcome, { kind: 'notFound' | 'mergedAway' | 'deletedHere' | 'busy' }>;

type OneSync = SyncOutcome | { readonly kind: 'joined'; readonly personId: string };

async function syncOnce(ports: SyncPorts, personId: string, assignTo: AssignTo): Promise<OneSync> {
  const taken = await leaseWithPatience(ports, personId);
  if ('kind' in taken) return taken;
  const { leased, afterLostPush } = taken;
  try {
    // A parked person that somebody syncs by hand: what Salesforce takes may have changed since it was refused.
    const schemas = await (leased.rejection === null ? loadSchemas(ports) : describedSchemas(ports));
    const sync: PersonSync = { ports, schemas, assignTo, afterLostPush };
    const outcome = await syncLeased(sync, leased);
    if (outcome.kind !== 'synced') await giveBackLease(ports, leased, afterLostPush);
    if (outcome.kind !== 'mergedAway') return outcome;
    const joined = await absorbPersons(ports, sync.schemas, [personId]);
    return joined.has(personId) ? { kind: 'joined', personId: outcome.personId } : { kind: 'busy' };
  } catch (error) {
    if (wasNotSent(error)) await giveBackLease(ports, leased, afterLostPush);
    if (error instanceof QuotaExceededError) return { kind: 'limit' };
    if (error instanceof TransientError) return { kind: 'unavailable' };
    throw error;
  }
}

async function syncLeased(sync: PersonSync, leased: Person): Promise<SyncOutcome> {
  let person = leased;
  // A row found deleted or converted on the way, or a change by others, sends the person back to look again.
  for (let turn = 0; turn < TURNS; turn += 1) {
    const attached = await standing(sync, person, turn);
    if (attached.kind === 'over') return attached.outcome;
    const pushed = await pushNow(sync, attached);
    if (pushed.kind === 'over') return pushed.outcome;
    person = pushed.person;
  }
  return { kind: 'busy' };
}

/** The person standing for a living row: its own, what became of that, one that is found, or a new Lead. */
async function standing(sync: PersonSync, person: Person, turn: number): Promise<SyncStep> {
  const link = person.salesforce;
  if (isWritable(link)) return { kind: 'goOn', linked: false, person, conflicts: [] };
  if (link === null || turn > 0) return attachRow(sync, person);
  const read = await readGoneRow(sync, person, link);
  if (read.kind === 'over' || isWritable(read.person.salesforce)) return read;
  return attachRow(sync, read.person);
}

/** A person under a lease of ours. */
export interface Leased {
  readonly leased: Person;
  readonly afterLostPush: boolean;
}

/** Leases a person; or tells why it cannot be had. */
export async function leaseWithPatience(ports: SyncPorts, personId: string): Promise<Leased | Unleased> {
  const owner = ports.ids.next();
  const since = ports.clock.now();
  for (;;) {
    const person = await ports.persons.get(personId);
    if (person === undefined) return { kind: 'notFound' };
    if (person.mergedInto !== null) {
      return { kind: 'mergedAway', personId: (await survivorOfPerson(ports.persons, person)).personId };
    }
    if (person.deletedHere !== null) return { kind: 'deletedHere', at: person.deletedHere.at };
    const now = ports.clock.now();
    const afterLostPush = remembersAttempt(person);
    // What an earlier push attempted stays known until its row has been read.
    const attempt = afterLostPush ? (person.lease?.attempt ?? {}) : valuesToSend(person);
    const lease = { owner, expiresAt: addMs(now, ports.leaseMs), attempt };
    const outcome = await ports.persons.takeLease(person, lease, now);
    if (outcome === 'taken') return { leased: { ...person, lease }, afterLostPush };
    if (msBetween(since, now) >= PATIENCE_MS) return { kind: 'busy' };
    await ports.clock.wait(WAIT_MS);
  }
}

/** What a sync may send: the pending edits, or for a row yet to be made all there is. */
function valuesToSend(person: Person): Fields {
  return isWritable(person.salesforce) ? pendingEdits(person) : person.fields;
}
