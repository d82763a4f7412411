import { awaitsPush, openEdits, type Person } from '../../person/person.ts';
import type { SalesforceType } from '../../person/row.ts';
import { judgePush, notEditable } from '../../schema/judge-push.ts';
import { pushable, type RemoteRecord } from '../../schema/record.ts';
import type { Context } from '../context/context.ts';
import type { Ports } from '../ports/ports.ts';
import type { PushAnswer } from '../ports/salesforce-records.ts';
import { withCutTexts } from './cut-texts.ts';
import { type Attempt, guardOf, type Leasing, leaseFor, leaseOrPark } from './push-lease.ts';
import type { Mode } from './push-tally.ts';
import type { Settled } from './settle-push.ts';
import { type LeasedPush, storeRefusal } from './store-settled.ts';

type PreparePorts = Pick<Ports, 'persons' | 'clock' | 'leaseMs'>;

/** A person under the caller's lease, and the record to send. */
export interface Push extends LeasedPush {
  readonly record: RemoteRecord;
}

export type PreparedPush =
  | { readonly kind: 'push'; readonly push: Push }
  /** Certain to be refused by Salesforce, with Salesforce's message; or too large for the lease. Nothing was sent. */
  | { readonly kind: 'refused'; readonly settled: Settled }
  | { readonly kind: 'nothing' }
  /** Leased to a different worker, or changed concurrently. */
  | { readonly kind: 'notOurs' };

/**
 * Decides what to send for a person and takes the lease. The guard alone prevents two workers from overwriting each
 * other's pushes; the lease is needed as the record of the attempt. Without the record, if the person is edited again
 * before the settle, a row holding the first pushed value would look like an edit made in Salesforce: a false conflict
 * would be logged, and an edit back to the old value (or any edit, where Salesforce wins) would be lost.
 */
export async function preparePush(
  context: Context<PreparePorts>,
  type: SalesforceType,
  found: Person,
  worker: { readonly owner: string; readonly isGuarded: boolean },
): Promise<PreparedPush> {
  const { schema } = context.schemas[type];
  const person = await withCutTexts(context, type, found, 'update');
  if (person === undefined) return { kind: 'notOurs' };
  if (!awaitsPush(person)) return { kind: 'nothing' };
  const { record, sent, refused } = pushable(schema, openEdits(person), 'update');
  const isEmpty = Object.keys(sent).length === 0;
  const rejection = isEmpty ? notEditable(type, refused) : judgePush(schema, sent, 'update');
  if (rejection !== undefined) {
    const settled = await storeRefusal(context, { type, person, sent }, rejection);
    return settled === undefined ? { kind: 'notOurs' } : { kind: 'refused', settled };
  }
  const leased = await lease(context.ports, person, { attempt: sent, ...worker });
  if (leased.kind === 'notOurs') return leased;
  return leased.kind === 'taken'
    ? { kind: 'push', push: { type, person: leased.person, record, sent } }
    : { kind: 'refused', settled: { person: leased.person, pulled: [], conflicts: [] } };
}

function lease(
  ports: PreparePorts,
  person: Person,
  { isGuarded, ...attempt }: Attempt & { readonly isGuarded: boolean },
): Promise<Leasing> {
  const now = ports.clock.now();
  const taken = leaseFor(ports, { ...attempt, guard: isGuarded ? guardOf(person) : undefined }, now);
  return leaseOrPark(ports, person, taken, now);
}

/** One API call for prepared pushes of one type. */
export function sendPushes(
  { ports, schemas }: Context<Pick<Ports, 'records'>>,
  type: SalesforceType,
  pushes: readonly Push[],
  mode: Mode,
): Promise<readonly PushAnswer[]> {
  const { columns } = schemas[type];
  const sent = pushes.map(({ person: { salesforce }, record }) => {
    return { id: salesforce?.id ?? '', record, ifUnmodifiedSince: salesforce?.systemModstamp ?? '' };
  });
  return mode === 'mass' ? ports.records.pushMass(type, sent, columns) : ports.records.push(type, sent, columns);
}
