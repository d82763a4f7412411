import type { Conflict, Rejection } from '../person/activity.ts';
import type { Fields } from '../person/field-value.ts';
import { isWritable, type Person, pendingEdits, type SalesforceType } from '../person/person.ts';
import { attachRow } from './attach-row.ts';
import { QuotaExceededError, TransientError } from './errors.ts';
import { giveBackLease, remembersAttempt } from './give-back-lease.ts';
import { addMs, msBetween } from './ports/clock.ts';
import type { Ports } from './ports/ports.ts';
import { pushNow } from './push-now.ts';
import { wasNotSent } from './push-persons.ts';
import { describedSchemas, loadSchemas, type Schemas } from './schemas.ts';

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

/**
 * Brings one person into Salesforce now: pushes its pending edits, or links it to its row, or creates its Lead, and
 * takes over what the row holds. Whatever comes of it, no edit is lost; what was refused stands in the activity log.
 */
export async function syncPerson(ports: SyncPorts, personId: string, assignTo: AssignTo): Promise<SyncOutcome> {
  const taken = await leaseWithPatience(ports, personId);
  if ('kind' in taken) return taken;
  const { leased, afterLostPush } = taken;
  try {
    // A parked person that somebody syncs by hand: what Salesforce takes may have changed since it was refused.
    const schemas = await (leased.rejection === null ? loadSchemas(ports) : describedSchemas(ports));
    const sync: PersonSync = { ports, schemas, assignTo, afterLostPush };
    const outcome = await syncLeased(sync, leased);
    if (outcome.kind !== 'synced') await giveBackLease(ports, leased, afterLostPush);
    return outcome;
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
    const attached: SyncStep = isWritable(person.salesforce)
      ? { kind: 'goOn', linked: false, person, conflicts: [] }
      : await attachRow(sync, person);
    if (attached.kind === 'over') return attached.outcome;
    const pushed = await pushNow(sync, attached);
    if (pushed.kind === 'over') return pushed.outcome;
    person = pushed.person;
  }
  return { kind: 'busy' };
}

interface Leased {
  readonly leased: Person;
  readonly afterLostPush: boolean;
}

async function leaseWithPatience(ports: SyncPorts, personId: string): Promise<Leased | SyncOutcome> {
  const owner = ports.ids.next();
  const since = ports.clock.now();
  for (;;) {
    const person = await ports.persons.get(personId);
    if (person === undefined) return { kind: 'notFound' };
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
