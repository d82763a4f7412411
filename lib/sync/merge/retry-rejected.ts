import type { Person } from '../../person/person.ts';
import { isUnseen } from '../../person/unseen-row.ts';
import { type ChangeMessage, retryMessage } from '../change-message.ts';
import type { Context } from '../context/context.ts';
import { inParallel, STORE_PARALLELISM } from '../in-parallel.ts';

/** Persons of one page of the rejected. */
const PAGE = 100;

export type RetryMessage = Extract<ChangeMessage, { kind: 'retry' }>;

/** Persons whose rejection is tried again. */
export interface Retried {
  /** No rejection holds back their edits any more. */
  readonly woken: readonly Person[];
  /** Their row could not be read the last time: it is read first. */
  readonly unseen: readonly Person[];
}

/**
 * Wakes the rejected persons that a message names, and sends the message for the rest of the list. Repeated, it wakes
 * nobody whom the first time has woken. A person who was changed by others since is woken by that.
 */
export async function retryRejected({ ports }: Context, message: RetryMessage): Promise<Retried> {
  const { persons, queue } = ports;
  const page = await pageOf({ ports }, message);
  const wanted = page.items.filter(({ rejection }) => {
    return rejection !== null && (message.code === undefined || message.code === rejection.code);
  });
  const outcomes = await inParallel(
    wanted.filter((person) => !isUnseen(person)),
    STORE_PARALLELISM,
    (person) => persons.update(person, { ...person, rejection: null }),
  );
  if (page.cursor !== null) await queue.send([retryMessage({ ...message, cursor: page.cursor })]);
  return {
    woken: outcomes.flatMap((outcome) => (outcome.kind === 'written' ? outcome.person : [])),
    unseen: wanted.filter(isUnseen),
  };
}

async function pageOf({ ports: { persons } }: Pick<Context, 'ports'>, { personIds, cursor }: RetryMessage) {
  if (personIds === undefined) return persons.withStatus('rejected', PAGE, cursor);
  return { items: [...(await persons.getMany(personIds)).values()], cursor: null };
}
