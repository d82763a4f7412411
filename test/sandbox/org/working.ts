import type { OrgState } from './org-state.ts';

/** What a request waits for, and for how long. */
export interface Pause {
  /** A row that another transaction has locked, or the time that passes between two subrequests. */
  readonly for: 'lock' | 'subrequest';
  readonly milliseconds: number;
}

/**
 * Work on a request. It stops at each pause: the host lets the time pass, may work on other requests meanwhile, and says
 * whether any time has passed.
 */
export type Working<T> = Generator<Pause, T, boolean>;

/** Does what is due by now: transactions commit, the recycle bin is emptied, bulk jobs go on. */
export function doDue(org: OrgState): void {
  org.transactions.commitDue(org.clock.now());
  org.recycleBin.emptyDue(org);
  org.bulk.advance(org);
}

export function* pause(org: OrgState, wait: Pause): Working<boolean> {
  const passed = yield wait;
  doDue(org);
  return passed;
}

/** Works without letting any time pass. */
export function atOnce<T>(working: Working<T>): T {
  for (;;) {
    const step = working.next(false);
    if (step.done) return step.value;
  }
}

/** A transaction waits no longer than this for a row that another one has locked. */
const LOCK_WAIT_MS = 10_000;

/**
 * Waits until no other transaction holds any of the rows, ten seconds at most; then the write finds out which are still
 * locked. A host in which no time passes gives up at once.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_locking_records.htm}
 */
export function* untilFree(org: OrgState, ids: readonly string[], paths: readonly string[]): Working<void> {
  holdRows(org, ids, paths);
  for (let left = LOCK_WAIT_MS; left > 0; ) {
    const until = org.transactions.lockedUntil(ids);
    if (until === undefined) return;
    const milliseconds = Math.min(left, Math.max(1, until - org.clock.now()));
    const passed = yield* pause(org, { for: 'lock', milliseconds });
    if (!passed) return;
    left -= milliseconds;
  }
}

/** Begins the transactions that faults have hold rows; they change nothing. */
function holdRows(org: OrgState, ids: readonly string[], paths: readonly string[]): void {
  for (const id of ids) {
    const milliseconds = org.faults.holdsRowFor(paths);
    if (milliseconds === undefined) continue;
    const startedAt = org.clock.now();
    const commitsAt = startedAt + milliseconds;
    org.transactions.begin({ startedAt, commitsAt, ids: new Set([id]), commit: () => undefined });
  }
}
