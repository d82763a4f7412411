import type { SalesforceType } from '../../lib/person/person.ts';
import { TransientError } from '../../lib/sync/errors.ts';
import type { FeedState, RecentRows } from '../../lib/sync/feed-state.ts';
import type { Cycle, CycleReport, StoredSchema, SyncStateStore } from '../../lib/sync/ports/sync-state-store.ts';
import { frozen, type Io, immediately } from './io.ts';

interface CycleItem {
  readonly number: number;
  readonly owner: string;
  /** Null once the cycle has ended. */
  readonly expiresAt: string | null;
  readonly report: CycleReport | null;
}

interface Fenced<Value> {
  readonly cycle: number;
  readonly value: Value;
}

/** Where the sync stands, in memory. The remembered rows and the feed are two writes, as in the real store. */
export class InMemorySyncStateStore implements SyncStateStore {
  #cycle: CycleItem | undefined;
  readonly #feeds = new Map<SalesforceType, Fenced<Omit<FeedState, 'recent'>>>();
  readonly #recent = new Map<SalesforceType, Fenced<RecentRows>>();
  readonly #schemas = new Map<SalesforceType, StoredSchema>();
  readonly #io: Io;

  constructor(options: { readonly io?: Io } = {}) {
    this.#io = options.io ?? immediately;
  }

  beginCycle(owner: string, now: string, expiresAt: string): Promise<Cycle | undefined> {
    return this.#io('syncState.beginCycle', () => {
      const last = this.#cycle;
      const stands = last !== undefined && last.expiresAt !== null && last.expiresAt > now;
      if (stands && last.owner !== owner) return undefined;
      const number = (last?.number ?? 0) + 1;
      this.#cycle = { number, owner, expiresAt, report: last?.report ?? null };
      return { number, owner, previousEnded: last === undefined || last.expiresAt === null };
    });
  }

  endCycle(cycle: Cycle, report: CycleReport): Promise<void> {
    return this.#io('syncState.endCycle', () => {
      const last = this.#cycle;
      if (last === undefined || last.number !== cycle.number || last.expiresAt === null) return;
      this.#cycle = { ...last, expiresAt: null, report: frozen(structuredClone(report)) };
    });
  }

  lastReport(): Promise<CycleReport | null> {
    return this.#io('syncState.lastReport', () => this.#cycle?.report ?? null);
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

  saveSchema(schema: StoredSchema): Promise<void> {
    const kept = frozen(structuredClone(schema));
    return this.#io('syncState.saveSchema', () => {
      this.#schemas.set(kept.schema.type, kept);
    });
  }
}

function saveFenced<Value>(items: Map<SalesforceType, Fenced<Value>>, type: SalesforceType, item: Fenced<Value>): void {
  const stored = items.get(type);
  if (stored !== undefined && stored.cycle > item.cycle) {
    throw new TransientError('cycleOvertaken', `cycle ${stored.cycle} has written since cycle ${item.cycle} began`);
  }
  items.set(type, item);
}
