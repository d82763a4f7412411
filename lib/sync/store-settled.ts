import type { Rejection } from '../person/activity.ts';
import type { Fields } from '../person/field-value.ts';
import type { Person } from '../person/person.ts';
import type { RemoteRecord } from '../schema/record.ts';
import type { Ports } from './ports/ports.ts';
import type { ObjectRules } from './schemas.ts';
import { type Settled, settlePush, settleRejection } from './settle-push.ts';

/** A person under our lease and the values, by local name, that were sent for it. */
export interface LeasedPush {
  readonly person: Person;
  readonly sent: Fields;
}

/** What Salesforce said of a push, for good. */
export type PushEnd =
  | {
      readonly kind: 'written';
      readonly before: RemoteRecord | null;
      readonly after: RemoteRecord;
      readonly created: boolean;
      readonly latest?: RemoteRecord;
      /** Fields of a new record that took configured values. */
      readonly defaulted?: readonly string[];
    }
  | { readonly kind: 'rejected'; readonly before: RemoteRecord | null; readonly rejection: Rejection };

const ATTEMPTS = 4;

/**
 * Stores what a push came to and gives the lease back. Where the person was changed meanwhile, the row is read again
 * before the next try: what the person knows by now may be newer than what the push had read. Undefined where the lease
 * was lost: then nothing is settled, and whoever holds it reads the row.
 */
export async function storeSettled(
  ports: Pick<Ports, 'persons' | 'records' | 'clock'>,
  object: ObjectRules,
  push: LeasedPush,
  end: PushEnd,
): Promise<Settled | undefined> {
  let { person } = push;
  let current = end;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const settled = settledBy({ person, sent: push.sent }, current, object, ports.clock.now());
    const outcome = await ports.persons.update(person, settled.person);
    if (outcome.kind === 'written') return { ...settled, person: outcome.person };
    const stored = await ports.persons.get(person.personId);
    if (stored === undefined || stored.lease?.owner !== push.person.lease?.owner) return undefined;
    person = stored;
    current = await withRowReadAgain(ports, object, push.person, current);
  }
  return undefined;
}

function settledBy({ person, sent }: LeasedPush, end: PushEnd, object: ObjectRules, now: string): Settled {
  return end.kind === 'written'
    ? settlePush(person, { ...end, sent }, object, now)
    : settleRejection(person, { ...end, sent }, object, now);
}

async function withRowReadAgain(
  ports: Pick<Ports, 'records'>,
  object: ObjectRules,
  pushed: Person,
  end: PushEnd,
): Promise<PushEnd> {
  if (end.kind === 'rejected') return end;
  const id = String(end.after.Id ?? pushed.salesforce?.id);
  const records = await ports.records.read(object.schema.type, [id], object.columns);
  return { ...end, latest: records.get(id) ?? end.latest ?? end.after };
}
