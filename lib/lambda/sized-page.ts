import type { Page } from '../sync/ports/person-store.ts';

/**
 * A function's answer is limited to 6 MB.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_BYTES = 4 * 1024 * 1024;

/** A page as shown; a page too large for an answer is read again with half as many items. */
export async function sizedPage<Item, View>(
  limit: number,
  read: (limit: number) => Promise<Page<Item>>,
  view: (item: Item) => View,
): Promise<{ readonly items: readonly View[]; readonly cursor: string | null }> {
  for (let most = limit; ; most = Math.ceil(most / 2)) {
    const { items, cursor } = await read(most);
    const shown = items.map(view);
    if (most === 1 || Buffer.byteLength(JSON.stringify(shown)) <= MAX_BYTES) return { items: shown, cursor };
  }
}
