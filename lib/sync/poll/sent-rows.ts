import { packRows, type QueuedRow } from '../change-message.ts';
import { addMs } from '../instants.ts';
import type { FeedRequest, FeedRow } from '../ports/change-feed.ts';
import type { ChangeQueue } from '../ports/change-queue.ts';
import {
  columnsPrint,
  type FeedState,
  queueStateOf,
  type RecentRows,
  rememberRows,
  rowState,
} from '../state/feed-state.ts';
import type { CycleRun } from './cycle-run.ts';

/**
 * Maximum time between the read of a row and the merge of the queued state. Messages older than `FRESH_MESSAGE_MS` are
 * read again instead; add the longest merge run, and a clock difference of five minutes each way; doubled.
 */
export const IN_FLIGHT_HORIZON_MS = 45 * 60_000;

/** The recent rows, marked incomplete: queued rows may be unrecorded. */
export function incomplete(recent: RecentRows, now: string): RecentRows {
  return { ...recent, incompleteUntil: addMs(now, IN_FLIGHT_HORIZON_MS) };
}

/** Empty recent rows after a column change: rows read again by the lookback are queued once more. */
export function forgotten(now: string): RecentRows {
  return incomplete({ rows: new Map(), incompleteUntil: null }, now);
}

/** State of a row possibly queued: equal to no state, so that a further read queues the row. */
const UNKNOWN_STATE = '';

export interface SentRowsOptions {
  readonly lane: ChangeQueue;
  /** Rows stamped earlier are out of reach of the next lookback. */
  readonly keepFrom: string;
}

/** The rows queued by the cycle in one lane, and the recent rows of earlier cycles. */
export class SentRows {
  count = 0;
  messages = 0;
  #recent: RecentRows;
  readonly #run: CycleRun;
  readonly #lane: ChangeQueue;
  readonly #sent = new Map<string, string>();
  readonly #keepFrom: string;

  constructor(run: CycleRun, recent: RecentRows, { lane, keepFrom }: SentRowsOptions) {
    this.#recent = recent;
    this.#run = run;
    this.#lane = lane;
    this.#keepFrom = keepFrom;
  }

  /** Rows queued earlier had different columns. */
  forgetEarlier(): void {
    this.#recent = forgotten(this.#run.ports.clock.now());
  }

  /** Resolves when the rows not queued before are durably queued. */
  async send(request: FeedRequest, rows: readonly FeedRow[]): Promise<void> {
    const now = this.#run.ports.clock.now();
    const asked = columnsPrint(request.columns);
    const fresh: QueuedRow[] = [];
    const states: [string, string][] = [];
    for (const { id, systemModstamp, text, bytes, fingerprint } of rows) {
      const state = rowState(systemModstamp, fingerprint, asked);
      const sight = this.#sent.has(id) ? 'newer' : queueStateOf(this.#recent, id, state, now);
      if (sight === 'queued') continue;
      fresh.push({ id, text, bytes, newer: sight === 'newer' });
      states.push([id, state]);
    }
    const { type, columns } = request;
    // Until the send succeeds, an unknown part of the rows may be queued: a later state of the rows must count as
    // `newer`.
    for (const [id] of states) this.#sent.set(id, UNKNOWN_STATE);
    const bodies = [...packRows({ type, queuedAt: now, cycle: this.#run.cycle.number, columns }, fresh)];
    await this.#lane.send(bodies);
    this.messages += bodies.length;
    for (const [id, state] of states) this.#sent.set(id, state);
    this.count += fresh.length;
    if (this.#sent.size > this.#run.settings.recentRows) this.#forgetOld();
  }

  /**
   * Over the limit: rows out of reach of the next lookback are forgotten first, and the record is marked incomplete.
   */
  #forgetOld(): void {
    for (const [id, state] of this.#sent) if (state < this.#keepFrom) this.#sent.delete(id);
    this.#recent = incomplete(this.#recent, this.#run.ports.clock.now());
  }

  remembered(keepFrom: string): FeedState['recent'] {
    const now = this.#run.ports.clock.now();
    return rememberRows(this.#recent, this.#sent, {
      now,
      keepFrom,
      keepQueuedAfter: addMs(now, -IN_FLIGHT_HORIZON_MS),
      horizonMs: IN_FLIGHT_HORIZON_MS,
      atMost: this.#run.settings.recentRows,
    });
  }
}
