import type { Conflict, Rejection } from '../../person/activity.ts';
import { logged } from '../../person/edit-person.ts';
import { type Fields, toLongId } from '../../person/field-value.ts';
import type { Person } from '../../person/person.ts';
import type { Refusal } from '../../person/reject-person.ts';
import type { RowName, SalesforceType } from '../../person/row.ts';
import type { RemoteRecord } from '../../schema/record.ts';
import type { Context } from '../context/context.ts';
import type { ObjectRules } from '../context/schemas.ts';
import { ConfigError, QuotaExceededError, TransientError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { updateOrPark } from '../rows/update-or-park.ts';
import { overwrittenConflicts, type Settled, type SettleRetry, settlePush, settleRejection } from './settle-push.ts';

/** A person under the caller's lease, and the sent values by local name. */
export interface LeasedPush {
  /** Type of the written row. */
  readonly type: SalesforceType;
  readonly person: Person;
  readonly sent: Fields;
}

/** Salesforce's final answer to a push. */
export type PushResult =
  | {
      readonly kind: 'written';
      readonly before: RemoteRecord | null;
      readonly after: RemoteRecord;
      readonly created: boolean;
      readonly retry?: SettleRetry;
      /** Fields of a new record filled with configured values. */
      readonly defaulted?: readonly string[];
      /** Pushed without a guard. */
      readonly mass?: boolean;
    }
  | {
      readonly kind: 'rejected';
      readonly before: RemoteRecord | null;
      readonly rejection: Refusal;
      /** The earlier refusal of fields omitted from the push. */
      readonly earlier?: Rejection;
      readonly ownerSent?: boolean;
    };

type SettleContext = Context<Pick<Ports, 'persons' | 'records' | 'clock'>>;

const ATTEMPTS = 4;

/**
 * Stores the result of a push and releases the lease. After a concurrent change of the person the row is read again
 * before the next try, because the stored base may be newer than the row state read by the push. Undefined where the
 * lease was lost: nothing is settled, and the new holder reads the row.
 */
export async function storeSettled(
  context: SettleContext,
  push: LeasedPush,
  end: PushResult,
): Promise<Settled | undefined> {
  const store = () => storeEnd(context, push, end);
  return end.kind === 'rejected' ? store() : afterPush(store);
}

/** Parks a person with edits refused locally and never sent, without a lease; undefined after a concurrent change. */
export async function storeRefusal(
  { ports, schemas }: Context<Pick<Ports, 'persons' | 'clock'>>,
  { type, person, sent }: LeasedPush,
  rejection: Rejection,
): Promise<Settled | undefined> {
  const now = ports.clock.now();
  const settled = settleRejection(person, { sent, before: null, rejection }, schemas[type], now);
  const outcome = await updateOrPark(ports.persons, person, settled.person, now);
  return outcome.kind === 'written' ? { ...settled, person: outcome.person } : undefined;
}

/**
 * Runs the work after an accepted push. If the work fails, the push is in Salesforce but unrecorded in the store, as
 * with a lost answer.
 */
export async function afterPush<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    return endedAfterPush(error);
  }
}

/** Throws an error marked `mayHaveCommitted`, so that the accepted push is not treated as unsent. */
function endedAfterPush(error: unknown): never {
  if (!isExternal(error)) throw error;
  const code = error instanceof TransientError ? error.code : 'NOT_SETTLED';
  throw new TransientError(code, 'a push could not be settled', { mayHaveCommitted: true, cause: error });
}

/** Whether the error comes from an external service rather than from a bug. */
function isExternal(error: unknown): boolean {
  return error instanceof TransientError || error instanceof QuotaExceededError || error instanceof ConfigError;
}

async function storeEnd(context: SettleContext, push: LeasedPush, end: PushResult): Promise<Settled | undefined> {
  const { ports, schemas } = context;
  const { type, sent } = push;
  let { person } = push;
  let current = end;
  let overwritten: readonly Conflict[] | undefined;
  let told: readonly Conflict[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const now = ports.clock.now();
    const settled = settledBy({ person, sent }, current, schemas[type], now);
    const outcome = await updateOrPark(ports.persons, person, settled.person, now);
    if (outcome.kind === 'written') {
      return { ...settled, person: outcome.person, conflicts: [...told, ...settled.conflicts] };
    }
    const stored = await ports.persons.get(person.personId);
    if (stored === undefined || stored.lease?.owner !== push.person.lease?.owner) return undefined;
    // A refused push has overwritten no value.
    overwritten ??= current.kind === 'written' ? settled.conflicts : [];
    const unlogged = overwritten.filter((conflict) => !isLogged(stored, conflict, push.person.log.next));
    const personAfterLog = await logFirst(ports, stored, unlogged);
    if (personAfterLog !== undefined) told = [...told, ...unlogged];
    person = personAfterLog ?? stored;
    current = await withRowReadAgain(context, type, current, personAfterLog === undefined ? unlogged : []);
  }
  throw new TransientError('CONTENTION', 'the person was changed concurrently on every try');
}

function settledBy(
  { person, sent }: Omit<LeasedPush, 'type'>,
  end: PushResult,
  object: ObjectRules,
  now: string,
): Settled {
  return end.kind === 'written'
    ? settlePush(person, { ...end, sent }, object, now)
    : settleRejection(person, { ...end, sent }, object, now);
}

/**
 * An overwritten value is recorded nowhere else: it is logged before the next Salesforce call, whose answer may be
 * lost. Undefined with nothing to log, or after a further concurrent change.
 */
async function logFirst(
  { persons, clock }: Pick<Ports, 'persons' | 'clock'>,
  stored: Person,
  unlogged: readonly Conflict[],
): Promise<Person | undefined> {
  if (unlogged.length === 0) return undefined;
  const outcome = await persons.update(stored, logged(stored, overwrittenConflicts(unlogged), clock.now()));
  return outcome.kind === 'written' ? outcome.person : undefined;
}

/**
 * Whether the conflict was already logged since the push began, by a worker merging the overwritten value from the
 * feed.
 */
function isLogged({ log }: Person, { field, remote }: Conflict, since: number): boolean {
  return log.recent.some(
    (activity) =>
      activity.seq >= since &&
      activity.type === 'conflict' &&
      activity.detail.field === field &&
      activity.detail.remote === remote,
  );
}

async function withRowReadAgain(
  context: SettleContext,
  type: SalesforceType,
  end: PushResult,
  overwritten: readonly Conflict[],
): Promise<PushResult> {
  // The feed delivers the row of a refused push; the state read earlier may be older than base.
  if (end.kind === 'rejected') return { ...end, before: null };
  const id = toLongId(String(end.after.Id));
  const latest = await readAgain(context, { type, id });
  return { ...end, retry: { latest: latest ?? end.retry?.latest ?? null, overwritten } };
}

/**
 * Undefined where the row cannot be read now: the push's answer is then settled as far as newer than base, and the feed
 * delivers the rest.
 */
async function readAgain({ ports, schemas }: SettleContext, { type, id }: RowName): Promise<RemoteRecord | undefined> {
  try {
    return (await ports.records.read(type, [id], schemas[type].columns)).get(id);
  } catch (error) {
    if (!isExternal(error)) throw error;
    return undefined;
  }
}
