import { listMessage } from '../change-message.ts';
import { msBetween } from '../instants.ts';
import type { Ports } from '../ports/ports.ts';
import { type ListMessage, workList } from './work-list.ts';

/** A message about a list, as the queue delivered it. */
export interface ListDelivery {
  readonly id: string;
  readonly message: ListMessage;
}

/** Later than this after the first part no other is begun: each may take as long as Salesforce is waited for, twice. */
const BEGIN_WITHIN_MS = 20_000;

/**
 * Works on messages about lists, one after another; answers which of them must come again, and the first error. One for
 * which no time is left goes back to the queue as a new message, which costs it no try.
 */
export async function workLists(
  ports: Ports,
  deliveries: readonly ListDelivery[],
): Promise<{ readonly retry: readonly string[]; readonly error: unknown }> {
  const retry: string[] = [];
  let firstError: unknown = null;
  const began = ports.clock.now();
  for (const [at, { id, message }] of deliveries.entries()) {
    try {
      const isInTime = at === 0 || msBetween(began, ports.clock.now()) < BEGIN_WITHIN_MS;
      if (isInTime) firstError ??= await workList(ports, message);
      else await ports.queue.send([listMessage(message)]);
    } catch (error) {
      firstError ??= error;
      retry.push(id);
    }
  }
  return { retry, error: firstError };
}
