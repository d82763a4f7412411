import type { Ports } from '../ports/ports.ts';

/** The rejected persons with one code. */
export interface RejectionCount {
  readonly code: string;
  readonly count: number;
  readonly oldestAt: string;
}

export interface RejectionSummary {
  /** Most persons first. */
  readonly codes: readonly RejectionCount[];
  /** Whether every rejected person was counted; otherwise only the newest were. */
  readonly complete: boolean;
}

const PAGE = 200;

/** Maximum persons read for a summary, to answer in time. */
const MOST = 5000;

/** The rejected persons by code. */
export async function countRejections({ persons }: Pick<Ports, 'persons'>): Promise<RejectionSummary> {
  const counts = new Map<string, RejectionCount>();
  let cursor: string | null = null;
  let read = 0;
  do {
    const page: Awaited<ReturnType<typeof persons.withStatus>> = await persons.withStatus('rejected', PAGE, cursor);
    for (const { rejection } of page.items) {
      if (rejection === null) continue;
      const { code, at } = rejection;
      const known = counts.get(code) ?? { code, count: 0, oldestAt: at };
      counts.set(code, { code, count: known.count + 1, oldestAt: at < known.oldestAt ? at : known.oldestAt });
    }
    read += page.items.length;
    cursor = page.cursor;
  } while (cursor !== null && read < MOST);
  const codes = [...counts.values()].sort((one, other) => other.count - one.count || (one.code < other.code ? -1 : 1));
  return { codes, complete: cursor === null };
}
