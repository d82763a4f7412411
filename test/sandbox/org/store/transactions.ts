/** A transaction that has written but not committed: its writes are stamped, unseen, and its rows locked. */
interface OpenTransaction {
  readonly startedAt: number;
  readonly commitsAt: number;
  readonly ids: ReadonlySet<string>;
  readonly commit: () => void;
}

/**
 * Long transactions of the org. What they wrote becomes visible when they commit, with the stamps of when they wrote it.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getupdated.htm}
 */
export class Transactions {
  #open: OpenTransaction[] = [];

  begin(transaction: OpenTransaction): void {
    this.#open.push(transaction);
  }

  isLocked(id: string): boolean {
    return this.#open.some((transaction) => transaction.ids.has(id));
  }

  /** When the last transaction ends that holds any of these rows, if one does. */
  lockedUntil(ids: readonly string[]): number | undefined {
    const holding = this.#open.filter((transaction) => ids.some((id) => transaction.ids.has(id)));
    return holding.length === 0 ? undefined : Math.max(...holding.map(({ commitsAt }) => commitsAt));
  }

  /** Commits what is due by now, the earliest first. */
  commitDue(now: number): void {
    if (this.#open.length === 0) return;
    const due = this.#open.filter((transaction) => transaction.commitsAt <= now);
    if (due.length === 0) return;
    this.#open = this.#open.filter((transaction) => transaction.commitsAt > now);
    for (const transaction of due.toSorted((one, other) => one.commitsAt - other.commitsAt)) transaction.commit();
  }

  /** The start of the oldest transaction still open: before it nothing new can become visible. */
  oldestStart(): number | undefined {
    return this.#open.reduce<number | undefined>(
      (oldest, { startedAt }) => (oldest === undefined ? startedAt : Math.min(oldest, startedAt)),
      undefined,
    );
  }
}
