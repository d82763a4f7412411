import { listMessage } from '../change-message.ts';
import { mayLast } from '../errors.ts';
import type { Deadline } from '../ports/deadline.ts';
import type { Ports } from '../ports/ports.ts';
import { type ListMessage, workList } from './work-list.ts';

/** A message about a list, as the queue delivered it. */
export interface ListDelivery {
  readonly id: string;
  readonly message: ListMessage;
}

/** Messages that must come again; `suspects` are those whose error may last. */
interface ListsEnd {
  readonly retry: readonly string[];
  readonly suspects: readonly string[];
  readonly error: unknown;
}

/** With less time than this no part is begun: each may take as long as Salesforce is waited for, twice. */
const TIME_TO_BEGIN_MS = 100_000;

/**
 * Works on messages about lists, one after another; answers which of them must come again, and the first error. One for
 * which no time is left goes back to the queue as a new message, which costs it no try.
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
        // Not behind `??=`, which would leave out the work of a message that follows an error.
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
