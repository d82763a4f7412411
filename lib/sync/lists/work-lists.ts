import { listMessage } from '../change-message.ts';
import { mayLast } from '../errors.ts';
import type { Deadline } from '../ports/deadline.ts';
import type { Ports } from '../ports/ports.ts';
import { type ListMessage, workList } from './work-list.ts';

/** A message about a list, as delivered by the queue. */
export interface ListDelivery {
  readonly id: string;
  readonly message: ListMessage;
}

/** Ids of the messages to be delivered again; `suspects`: the ids with a possibly lasting error. */
interface ListsEnd {
  readonly retry: readonly string[];
  readonly suspects: readonly string[];
  readonly error: unknown;
}

/** Minimum time to start a part: a part may take twice the Salesforce timeout. */
export const TIME_TO_BEGIN_MS = 100_000;

/**
 * Handles messages about lists, one after another; returns the messages to be delivered again and the first error.
 * Without time left a message is enqueued anew, at no cost of a try.
 */
export async function workLists(
  ports: Ports,
  deliveries: readonly ListDelivery[],
  timeLeftMs: Deadline,
): Promise<ListsEnd> {
  const retry: string[] = [];
  const suspects: string[] = [];
  let firstError: unknown = null;
  for (const { id, message } of deliveries) {
    try {
      if (timeLeftMs() > TIME_TO_BEGIN_MS) {
        // Not inside `??=`, which would skip the work after an error.
        const error = await workList(ports, message);
        firstError ??= error;
      } else await ports.queue.send([listMessage(message)]);
    } catch (error) {
      firstError ??= error;
      retry.push(id);
      if (mayLast(error)) suspects.push(id);
    }
  }
  return { retry, suspects, error: firstError };
}
