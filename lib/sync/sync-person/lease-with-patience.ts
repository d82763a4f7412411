import type { Fields } from '../../person/field-value.ts';
import { isWritable, type Person, pendingEdits } from '../../person/person.ts';
import { addMs, msBetween } from '../ports/clock.ts';
import type { Ports } from '../ports/ports.ts';
import { remembersAttempt } from '../rows/give-back-lease.ts';
import { survivorOfPerson } from '../rows/survivors.ts';
import type { SyncOutcome } from './person-sync.ts';

/** For how long a caller waits for another sync of the same person. */
const PATIENCE_MS = 5000;
const WAIT_MS = 100;

/** Why a person cannot be worked on. */
export type Unleased = Extract<SyncOutcome, { kind: 'notFound' | 'mergedAway' | 'deletedHere' | 'busy' }>;

/** A person under a lease of ours. */
export interface Leased {
  readonly leased: Person;
  readonly afterLostPush: boolean;
}

/** Leases a person; or tells why it cannot be had. */
export async function leaseWithPatience(ports: Ports, personId: string): Promise<Leased | Unleased> {
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
