import type { Person } from '../../person/person.ts';
import { isRetryDue, lookedForAgain, retryAt } from '../../person/retry.ts';
import { isUnseen } from '../../person/unseen-row.ts';
import { type ChangedFields, type ChangeMessage, retryMessage } from '../change-message.ts';
import type { Context } from '../context/context.ts';
import { inParallel, STORE_PARALLELISM } from '../in-parallel.ts';

/** Page size. */
const PAGE = 100;

export type RetryMessage = Extract<ChangeMessage, { kind: 'retry' }>;

/** Persons with a rejection to be retried. */
export interface Retried {
  /** The rejection was removed; the edits can be pushed. */
  readonly freed: readonly Person[];
  /** Parked because of an unreadable row: the row is read first. */
  readonly unseen: readonly Person[];
}

/**
 * Removes the rejections of the persons named by a message, and enqueues a message for the next page. Idempotent. A
 * person changed concurrently is skipped: the change itself ends the rejection.
 */
export async function retryRejected({ ports }: Context, message: RetryMessage): Promise<Retried> {
  const { clock, persons, queue } = ports;
  const page = await pageOf({ ports }, message);
  const now = clock.now();
  const wanted = page.items.filter((person) => isMeant(person, message, now));
  const outcomes = await inParallel(wanted, STORE_PARALLELISM, (person) => {
    return persons.update(person, isUnseen(person) ? lookedForAgain(person, now) : { ...person, rejection: null });
  });
  if (page.cursor !== null) await queue.send([retryMessage({ ...message, cursor: page.cursor })]);
  const written = outcomes.flatMap((outcome) => (outcome.kind === 'written' ? outcome.person : []));
  return { freed: written.filter((person) => !isUnseen(person)), unseen: written.filter(isUnseen) };
}

function isMeant(person: Person, { code, due, changed }: RetryMessage, now: string): boolean {
  const { rejection } = person;
  if (rejection === null || (code !== undefined && code !== rejection.code)) return false;
  if (changed !== undefined && !isNamed(person, changed)) return false;
  return due !== true || isRetryDue(person, now);
}

function isNamed(person: Person, { type, fields }: ChangedFields): boolean {
  const isOfType = person.salesforce?.type === type && retryAt(person) !== null;
  return isOfType && person.rejection?.fields.some((field) => fields.includes(field)) === true;
}

async function pageOf({ ports: { persons } }: Pick<Context, 'ports'>, { personIds, cursor }: RetryMessage) {
  if (personIds === undefined) return persons.withStatus('rejected', PAGE, cursor);
  return { items: [...(await persons.getMany(personIds)).values()], cursor: null };
}
