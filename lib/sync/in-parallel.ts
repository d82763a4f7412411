/**
 * Runs the work for every item, at most `limit` concurrently, and returns results in order. A failure does not stop the
 * other items; the first error is thrown once all have ended.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const errors: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index] as Item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
  return results;
}

/**
 * Runs up to `limit` concurrent calls, repeatedly, until `waiting` is empty. After a failure no further call is begun.
 */
export async function sideBySide(limit: number, waiting: unknown[], call: () => Promise<void>): Promise<void> {
  const worker = async (): Promise<void> => {
    try {
      while (waiting.length > 0) await call();
    } catch (error) {
      waiting.length = 0;
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: limit }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** The items in chunks of at most `size`. */
export function chunked<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}

/** Concurrent reads or writes of persons. */
export const STORE_PARALLELISM = 24;
