import { packRows, type QueuedRow } from '../change-message.ts';
import { addMs } from '../instants.ts';
import type { FeedRequest, FeedRow } from '../ports/change-feed.ts';
import {
  columnsPrint,
  type FeedState,
  queueStateOf,
  type RecentRows,
  rememberRows,
  rowState,
} from '../state/feed-state.ts';
import { forgotten, IN_FLIGHT_HORIZON_MS, incomplete, LASTING_HORIZON_MS } from '../state/in-flight.ts';
import type { CycleRun } from './cycle-run.ts';

/** State of a row possibly queued: equal to no state, so that a further read queues the row. */
const UNKNOWN_STATE = '';

export interface SentRowsOptions {
  readonly lane: 'queue' | 'backlog';
  /** Rows stamped earlier are out of reach of the next lookback. */
  readonly keepFrom: string;
}

/** The rows queued by the cycle in one lane, and the recent rows of earlier cycles. */
export class SentRows {
  count = 0;
  messages = 0;
  #recent: RecentRows;
  readonly #run: CycleRun;
  readonly #lane: SentRowsOptions['lane'];
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
    this.#recent = forgotten(this.#recent, this.#run.ports.clock.now());
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
    const lasts = this.#lane === 'backlog' && { lasting: true as const };
    const envelope = { type, queuedAt: now, cycle: this.#run.cycle.number, columns, ...lasts };
    const bodies = [...packRows(envelope, fresh)];
    await this.#run.ports[this.#lane].send(bodies);
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
    const recent = rememberRows(this.#recent, this.#sent, {
      now,
      keepFrom,
      keepQueuedAfter: addMs(now, -IN_FLIGHT_HORIZON_MS),
      horizonMs: IN_FLIGHT_HORIZON_MS,
      atMost: this.#run.settings.recentRows,
    });
    // Messages of the backlog are merged from their values for longer than rows are recorded.
    return this.#lane === 'backlog' && this.#sent.size > 0 ? incomplete(recent, now, LASTING_HORIZON_MS) : recent;
  }
}
