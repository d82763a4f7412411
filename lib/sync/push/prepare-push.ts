import type { Fields } from '../../person/field-value.ts';
import { awaitsPush, openEdits, type Person } from '../../person/person.ts';
import { judgePush, notEditable } from '../../schema/judge-push.ts';
import { pushable, type RemoteRecord } from '../../schema/record.ts';
import type { Ports } from '../ports/ports.ts';
import type { ObjectRules } from '../schemas.ts';
import { withCutTexts } from './cut-texts.ts';
import { guardOf, leaseFor } from './push-lease.ts';
import type { Settled } from './settle-push.ts';
import { storeRefusal } from './store-settled.ts';

/** A person under our lease, and what is sent for it. */
export interface Push {
  readonly person: Person;
  readonly record: RemoteRecord;
  readonly sent: Fields;
}

export type PreparedPush =
  | { readonly kind: 'push'; readonly push: Push }
  /** What Salesforce would surely refuse is refused in its words, without asking. */
  | { readonly kind: 'refused'; readonly settled: Settled }
  | { readonly kind: 'nothing' }
  /** Somebody else pushes the person, or has changed it. */
  | { readonly kind: 'notOurs' };

/** Decides what is sent for a person, and takes the lease for it. */
export async function preparePush(
  ports: Pick<Ports, 'persons' | 'clock' | 'leaseMs'>,
  object: ObjectRules,
  found: Person,
  worker: { readonly owner: string; readonly isGuarded: boolean },
): Promise<PreparedPush> {
  const { schema } = object;
  const person = await withCutTexts(ports, object, found, 'update');
  if (person === undefined) return { kind: 'notOurs' };
  if (!awaitsPush(person)) return { kind: 'nothing' };
  const { record, sent, refused } = pushable(schema, openEdits(person), 'update');
  const isEmpty = Object.keys(sent).length === 0;
  const rejection = isEmpty ? notEditable(schema.type, refused) : judgePush(schema, sent, 'update');
  if (rejection !== undefined) {
    const settled = await storeRefusal(ports, object, { person, sent }, rejection);
    return settled === undefined ? { kind: 'notOurs' } : { kind: 'refused', settled };
  }
  const leased = await lease(ports, person, sent, worker);
  return leased === undefined ? { kind: 'notOurs' } : { kind: 'push', push: { person: leased, record, sent } };
}

async function lease(
  ports: Pick<Ports, 'persons' | 'clock' | 'leaseMs'>,
  person: Person,
  attempt: Fields,
  { owner, isGuarded }: { readonly owner: string; readonly isGuarded: boolean },
): Promise<Person | undefined> {
  const now = ports.clock.now();
  const taken = leaseFor(ports, { owner, attempt, guard: isGuarded ? guardOf(person) : undefined }, now);
  const outcome = await ports.persons.takeLease(person, taken, now);
  return outcome === 'taken' ? { ...person, lease: taken } : undefined;
}
