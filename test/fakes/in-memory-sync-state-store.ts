import type { SalesforceType } from '../../lib/person/row.ts';
import { InvalidCursorError, TransientError } from '../../lib/sync/errors.ts';
import type {
  Cycle,
  CyclesPage,
  LastCycle,
  StoredSchema,
  SyncStateStore,
} from '../../lib/sync/ports/sync-state-store.ts';
import { cycleAfter, healthAfter, type KeptCycle, NEW_HEALTH } from '../../lib/sync/state/cycle-health.ts';
import type { CycleReport, CycleSummary, MergeCounts } from '../../lib/sync/state/cycle-report.ts';
import type { FeedState, RecentRows } from '../../lib/sync/state/feed-state.ts';
import { EMPTY_BOOK, type JobBook } from '../../lib/sync/state/field-job.ts';
import {
  EMPTY_RECONCILIATIONS,
  type ReconciliationAsk,
  type ReconciliationBook,
} from '../../lib/sync/state/reconciliation.ts';
import { frozen, type Io, immediately } from './io.ts';

interface RunningCycle extends KeptCycle {
  readonly owner: string;
  readonly inGoodOrder: boolean;
}

/** A cycle's report, once it has ended, and what its merges came to. */
interface CountedCycle {
  readonly report: CycleReport | null;
  readonly merges: MergeCounts;
}

const NO_MERGES: MergeCounts = { pushed: 0, rejected: 0, conflicts: 0, calls: 0 };

const NEW_CYCLE: CountedCycle = { report: null, merges: NO_MERGES };

interface Fenced<Value> {
  readonly cycle: number;
  readonly value: Value;
}

/** Where the sync stands, in memory. The remembered rows and the feed are two writes, as in the real store. */
export class InMemorySyncStateStore implements SyncStateStore {
  readonly #latest: { cycle: RunningCycle | undefined; organization?: string };
  readonly #cycles: Map<number, CountedCycle>;
  readonly #feeds: Map<SalesforceType, Fenced<Omit<FeedState, 'recent'>>>;
  readonly #recent: Map<SalesforceType, Fenced<RecentRows>>;
  readonly #schemas: Map<SalesforceType, StoredSchema>;
  readonly #jobs: Map<SalesforceType, Fenced<JobBook>>;
  readonly #reconciliations: Map<'book', Fenced<ReconciliationBook>>;
  readonly #asks: Map<ReconciliationAsk['reason'], ReconciliationAsk>;
  readonly #io: Io;

  constructor(options: { readonly io?: Io } = {}, sameAs?: InMemorySyncStateStore) {
    this.#latest = sameAs ? sameAs.#latest : { cycle: undefined };
    this.#cycles = sameAs ? sameAs.#cycles : new Map();
    this.#feeds = sameAs ? sameAs.#feeds : new Map();
    this.#recent = sameAs ? sameAs.#recent : new Map();
    this.#schemas = sameAs ? sameAs.#schemas : new Map();
    this.#jobs = sameAs ? sameAs.#jobs : new Map();
    this.#reconciliations = sameAs ? sameAs.#reconciliations : new Map();
    this.#asks = sameAs ? sameAs.#asks : new Map();
    this.#io = options.io ?? immediately;
  }

  /** The same state as another client reaches it, with operations of its own. */
  through(io: Io): InMemorySyncStateStore {
    return new InMemorySyncStateStore({ io }, this);
  }

  /** The feed as stored now, for tests to look at. */
  peekFeed(type: SalesforceType): Omit<FeedState, 'recent'> | undefined {
    return this.#feeds.get(type)?.value;
  }

  organization(): Promise<string | undefined> {
    return this.#io('syncState.organization', () => this.#latest.organization);
  }

  claimOrganization(organization: string): Promise<string> {
    return this.#io('syncState.claimOrganization', () => {
      this.#latest.organization ??= organization;
      return this.#latest.organization;
    });
  }

  beginCycle(owner: string, now: string, expiresAt: string): Promise<Cycle | undefined> {
    return this.#io('syncState.beginCycle', () => {
      const last = this.#latest.cycle;
      const stands = last?.runsUntil !== undefined && last.runsUntil > now;
      if (stands && last.owner !== owner) return undefined;
      const { number, health, reported, handedOut, died } = cycleAfter(last);
      const right = { number, owner, startedAt: now, runsUntil: expiresAt };
      this.#latest.cycle = { ...right, inGoodOrder: false, health, reported, handedOut };
      if (died !== undefined) this.#report(died);
      return { number, owner, health, handedOut, previousEnded: last === undefined || last.inGoodOrder };
    });
  }

  endCycle(cycle: Cycle, report: CycleReport, inGoodOrder: boolean): Promise<void> {
    return this.#io('syncState.endCycle', () => {
      this.#report(frozen(structuredClone(report)));
      const last = this.#latest.cycle;
      if (last === undefined || last.number !== cycle.number || last.runsUntil === undefined) return;
      const health = healthAfter(cycle.health, report);
      const { handedOut } = cycle;
      this.#latest.cycle = { ...last, runsUntil: undefined, health, inGoodOrder, reported: cycle.number, handedOut };
    });
  }

  lastCycle(): Promise<LastCycle> {
    return this.#io('syncState.lastCycle', () => {
      const { health = NEW_HEALTH, reported } = this.#latest.cycle ?? {};
      return { health, cycle: reported === undefined ? null : (this.#summaries(reported + 1)[0] ?? null) };
    });
  }

  cycles(limit: number, cursor: string | null): Promise<CyclesPage> {
    return this.#io('syncState.cycles', () => {
      if (cursor !== null && !/^\d{1,12}$/.test(cursor)) throw new InvalidCursorError('unknown cursor');
      const found = this.#summaries(cursor === null ? Number.POSITIVE_INFINITY : Number(cursor));
      const items = found.slice(0, limit);
      return { items, cursor: found.length > items.length ? String(items.at(-1)?.cycle) : null };
    });
  }

  countMerges(cycle: number | undefined, counts: MergeCounts): Promise<void> {
    return this.#io('syncState.countMerges', () => {
      const number = cycle ?? this.#latest.cycle?.number;
      if (number === undefined) return;
      const kept = this.#cycles.get(number) ?? NEW_CYCLE;
      const { pushed, rejected, conflicts, calls } = kept.merges;
      const merges = {
        pushed: pushed + counts.pushed,
        rejected: rejected + counts.rejected,
        conflicts: conflicts + counts.conflicts,
        calls: calls + counts.calls,
      };
      this.#cycles.set(number, { ...kept, merges });
    });
  }

  /** The first report of a cycle stands. */
  #report(report: CycleReport): void {
    const kept = this.#cycles.get(report.cycle) ?? NEW_CYCLE;
    if (kept.report === null) this.#cycles.set(report.cycle, { ...kept, report });
  }

  /** Cycles that ended, below a number, newest first. */
  #summaries(below: number): CycleSummary[] {
    const numbers = [...this.#cycles.keys()].filter((number) => number < below).toSorted((a, b) => b - a);
    return numbers.flatMap((number) => {
      const { report = null, merges = NO_MERGES } = this.#cycles.get(number) ?? {};
      return report === null ? [] : [{ ...report, ...merges, calls: report.calls + merges.calls }];
    });
  }

  loadFeed(type: SalesforceType): Promise<FeedState | undefined> {
    return this.#io('syncState.loadFeed', () => {
      const feed = this.#feeds.get(type);
      if (feed === undefined) return undefined;
      const recent = this.#recent.get(type)?.value ?? { rows: new Map(), incompleteUntil: null };
      return { ...feed.value, recent: { ...recent, rows: new Map(recent.rows) } };
    });
  }

  async saveFeed(type: SalesforceType, state: FeedState, cycle: Cycle): Promise<void> {
    const { recent, ...feed } = state;
    const remembered = { ...recent, rows: new Map(recent.rows) };
    await this.#io('syncState.saveRecent', () =>
      saveFenced(this.#recent, type, { cycle: cycle.number, value: remembered }),
    );
    const value = frozen(structuredClone(feed));
    await this.#io('syncState.saveFeed', () => saveFenced(this.#feeds, type, { cycle: cycle.number, value }));
  }

  loadSchema(type: SalesforceType): Promise<StoredSchema | undefined> {
    return this.#io('syncState.loadSchema', () => this.#schemas.get(type));
  }

  saveSchema(schema: StoredSchema): Promise<'saved' | 'overtaken'> {
    const kept = frozen(structuredClone(schema));
    const { type } = kept.schema;
    return this.#io('syncState.saveSchema', () => {
      if ((this.#schemas.get(type)?.revision ?? 0) !== kept.revision - 1) return 'overtaken';
      this.#schemas.set(type, kept);
      return 'saved';
    });
  }

  loadJobs(type: SalesforceType): Promise<JobBook> {
    return this.#io('syncState.loadJobs', () => this.#jobs.get(type)?.value ?? EMPTY_BOOK);
  }

  saveJobs(type: SalesforceType, book: JobBook, cycle: Cycle): Promise<void> {
    const value = frozen(structuredClone(book));
    return this.#io('syncState.saveJobs', () => saveFenced(this.#jobs, type, { cycle: cycle.number, value }));
  }

  loadReconciliations(): Promise<ReconciliationBook> {
    const book = () => this.#reconciliations.get('book')?.value ?? EMPTY_RECONCILIATIONS;
    return this.#io('syncState.loadReconciliations', book);
  }

  saveReconciliations(book: ReconciliationBook, cycle: Cycle): Promise<void> {
    const item = { cycle: cycle.number, value: frozen(structuredClone(book)) };
    return this.#io('syncState.saveReconciliations', () => saveFenced(this.#reconciliations, 'book', item));
  }

  askReconciliation(ask: ReconciliationAsk): Promise<void> {
    return this.#io('syncState.askReconciliation', () => {
      this.#asks.set(ask.reason, { ...ask });
    });
  }

  reconciliationAsks(): Promise<readonly ReconciliationAsk[]> {
    return this.#io('syncState.reconciliationAsks', () => [...this.#asks.values()]);
  }
}

function saveFenced<Name, Value>(items: Map<Name, Fenced<Value>>, name: Name, item: Fenced<Value>): void {
  const stored = items.get(name);
  if (stored !== undefined && stored.cycle > item.cycle) {
    throw new TransientError('cycleOvertaken', `cycle ${stored.cycle} has written since cycle ${item.cycle} began`);
  }
  items.set(name, item);
}
