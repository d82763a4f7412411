import { type Activity, type ActivityChunk, fullChunks, withoutChunks } from '../../lib/person/activity.ts';
import type { LinkedPerson } from '../../lib/person/person.ts';
import { isPresent, type Lease, type Person, syncStatus, type Tried, versionAfter } from '../../lib/person/person.ts';
import type { Stub } from '../../lib/person/standing.ts';
import { isUnseen } from '../../lib/person/unseen-row.ts';
import { InvalidCursorError } from '../../lib/sync/errors.ts';
import type {
  LeaseOutcome,
  ListedStatus,
  Page,
  PersonFilter,
  PersonStore,
  StoredItem,
  UpdateOutcome,
  WaitingPerson,
  WaitingSpan,
} from '../../lib/sync/ports/person-store.ts';
import { byTime, emailForm, InMemoryPersonIndex, type Queued } from './in-memory-person-index.ts';
import { frozen, type Io, immediately } from './io.ts';

export interface InMemoryPersonStoreOptions {
  readonly io?: Io;
  /**
   * When the indexes learn of a write: calls `refresh` then, by default at once. It may be called late, in any order.
   */
  readonly indexLater?: (refresh: () => void) => void;
  /** Whether persons are frozen on their way in (default). Off is faster. */
  readonly freeze?: boolean;
  /** Ids per page of `awaitingPush`. */
  readonly pageSize?: number;
  /** Hears of every write of a person, the taking and giving back of leases too. */
  readonly written?: (before: Person | undefined, after: Person) => void;
}

const READ_BATCH = 100;

/** The persons in memory, every operation atomic, as single items of the real store are. */
export class InMemoryPersonStore implements PersonStore {
  readonly #persons: Map<string, Person>;
  readonly #chunks: Map<string, Map<number, ActivityChunk>>;
  readonly #claims: Map<string, string>;
  readonly #stubs: Map<string, Stub>;
  readonly #index: InMemoryPersonIndex;
  readonly #options: InMemoryPersonStoreOptions;
  readonly #io: Io;
  readonly #indexLater: (refresh: () => void) => void;
  readonly #freeze: boolean;
  readonly #pageSize: number;

  constructor(options: InMemoryPersonStoreOptions = {}, sameAs?: InMemoryPersonStore) {
    this.#persons = sameAs ? sameAs.#persons : new Map();
    this.#chunks = sameAs ? sameAs.#chunks : new Map();
    this.#claims = sameAs ? sameAs.#claims : new Map();
    this.#stubs = sameAs ? sameAs.#stubs : new Map();
    this.#index = sameAs ? sameAs.#index : new InMemoryPersonIndex();
    this.#options = options;
    this.#io = options.io ?? immediately;
    this.#indexLater = options.indexLater ?? ((refresh) => refresh());
    this.#freeze = options.freeze ?? true;
    this.#pageSize = options.pageSize ?? READ_BATCH;
  }

  /** The same persons as another client reaches them, with operations of its own. */
  through(io: Io): InMemoryPersonStore {
    return new InMemoryPersonStore({ ...this.#options, io }, this);
  }

  /** One person as stored now, for tests to look at. */
  peek(personId: string): Person | undefined {
    return this.#persons.get(personId);
  }

  /** One stub as stored now, for tests to look at. */
  peekStub(personId: string): Stub | undefined {
    return this.#stubs.get(personId);
  }

  /** Every person as stored now, for tests to look at. */
  all(): Person[] {
    return [...this.#persons.values()];
  }

  /** Everything in a person's log, oldest first, for tests to look at. */
  logOf(personId: string): Activity[] {
    const person = this.#persons.get(personId);
    return person === undefined ? [] : this.#activitiesOf(person).reverse();
  }

  get(personId: string): Promise<Person | undefined> {
    return this.#io('personStore.get', () => this.#persons.get(personId));
  }

  getMany(personIds: readonly string[]): Promise<ReadonlyMap<string, Person>> {
    return this.#readMany('personStore.getMany', personIds, this.#persons);
  }

  async items(personIds: readonly string[]): Promise<ReadonlyMap<string, StoredItem>> {
    return this.#readMany('personStore.items', personIds, {
      get: (id) => this.#persons.get(id) ?? this.#stubs.get(id),
    });
  }

  create(person: Person, insteadOf?: Stub): Promise<'created' | 'exists'> {
    const created = this.#kept(person);
    return this.#io('personStore.create', () => {
      if (this.#persons.has(created.personId)) return 'exists';
      if (this.#stubs.get(created.personId)?.revision !== insteadOf?.revision) return 'exists';
      this.#stubs.delete(created.personId);
      this.#put(created);
      return 'created';
    });
  }

  saveStub(stored: Stub | null, next: Stub): Promise<'written' | 'refused'> {
    const kept = this.#kept(next);
    return this.#io('personStore.saveStub', () => {
      const current = this.#stubs.get(next.personId);
      if (this.#persons.has(next.personId) || current?.revision !== stored?.revision) return 'refused';
      this.#stubs.set(next.personId, kept);
      return 'written';
    });
  }

  async update(stored: Person, next: Person, options = { leaseAsRead: false }): Promise<UpdateOutcome> {
    const chunks = next.erased ? [] : fullChunks(stored.log);
    for (const chunk of chunks) await this.#putChunk(stored.personId, this.#kept(chunk));
    const releases = stored.lease !== null && next.lease === null;
    const counted = { version: versionAfter(stored, next), revision: stored.revision + 1 };
    const written = { ...next, ...counted, log: withoutChunks(next.log, chunks) };
    return this.#io('personStore.update', () => {
      const current = this.#persons.get(stored.personId);
      if (current === undefined || current.revision !== stored.revision) return { kind: 'versionConflict' };
      if (releases && current.lease?.owner !== stored.lease?.owner) return { kind: 'versionConflict' };
      if (options.leaseAsRead && !isSameLease(current.lease, stored.lease)) return { kind: 'versionConflict' };
      const given = { lease: null, tried: null };
      const { lease, tried } = releases ? given : current;
      this.#put(this.#kept({ ...written, lease, tried }));
      const { lease: held, tried: known } = releases ? given : stored;
      return { kind: 'written', person: this.#kept({ ...written, lease: held, tried: known }) };
    });
  }

  takeLease(stored: Person, lease: Lease, now: string): Promise<LeaseOutcome> {
    const kept = this.#kept(lease);
    return this.#io('personStore.takeLease', () => {
      const current = this.#persons.get(stored.personId);
      if (current === undefined || current.revision !== stored.revision) return 'versionConflict';
      const other = current.lease !== null && current.lease.owner !== kept.owner ? current.lease : null;
      if (other !== null && other.expiresAt > now) return 'leased';
      this.#put(this.#kept({ ...current, lease: kept }));
      return 'taken';
    });
  }

  releaseLease(personId: string, owner: string, tried?: Tried): Promise<void> {
    return this.#io('personStore.releaseLease', () => {
      const current = this.#persons.get(personId);
      if (current?.lease?.owner !== owner) return;
      this.#put(this.#kept({ ...current, lease: null, tried: tried ?? current.tried }));
    });
  }

  idsByEmail(email: string): Promise<readonly string[]> {
    return this.#io('personStore.idsByEmail', () => this.#index.idsByEmail(emailForm(email)));
  }

  idsByEmailPage(email: string, limit: number, cursor: string | null): Promise<Page<string>> {
    return this.#io('personStore.idsByEmailPage', () => {
      if (cursor === '') throw new InvalidCursorError('unknown cursor');
      const rest = this.#index.idsByEmail(emailForm(email)).filter((personId) => personId > (cursor ?? ''));
      const items = rest.sort().slice(0, limit);
      return { items, cursor: rest.length > limit ? (items.at(-1) ?? null) : null };
    });
  }

  claimEmail(email: string, personId: string, insteadOf?: string): Promise<string> {
    return this.#io('personStore.claimEmail', () => {
      const key = emailForm(email);
      const holder = this.#claims.get(key);
      if (holder !== undefined && holder !== insteadOf) return holder;
      this.#claims.set(key, personId);
      return personId;
    });
  }

  async forget(personId: string, emails: readonly string[]): Promise<void> {
    for (const first of this.#chunks.get(personId)?.keys() ?? []) {
      await this.#io('personStore.forgetChunk', () => this.#chunks.get(personId)?.delete(first));
    }
    for (const email of emails.map(emailForm)) {
      await this.#io('personStore.forgetClaim', () => {
        if (this.#claims.get(email) === personId) this.#claims.delete(email);
      });
    }
  }

  async rewriteActivities(personId: string, change: (activity: Activity) => Activity): Promise<number> {
    let changed = 0;
    for (const [first, chunk] of this.#chunks.get(personId) ?? []) {
      const activities = chunk.activities.map(change);
      if (JSON.stringify(activities) === JSON.stringify(chunk.activities)) continue;
      await this.#io('personStore.rewriteChunk', () => {
        if (this.#chunks.get(personId)?.has(first)) this.#chunks.get(personId)?.set(first, { ...chunk, activities });
      });
      changed += 1;
    }
    return changed;
  }

  async emailClaims(emails: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const held = await this.#readMany('personStore.emailClaims', emails.map(emailForm), this.#claims);
    const claims = new Map<string, string>();
    for (const email of emails) {
      const holder = held.get(emailForm(email));
      if (holder !== undefined) claims.set(email, holder);
    }
    return claims;
  }

  async *awaitingPush(span?: WaitingSpan): AsyncIterable<readonly string[]> {
    const { after: since = null, until = '~' } = span ?? {};
    let after: Queued | null = null;
    for (;;) {
      const last: Queued | null = after;
      const page: Queued[] = await this.#io('personStore.awaitingPush', () => {
        const all = this.#index.pending().filter((queued) => queued.since > (since ?? '') && queued.since <= until);
        const rest = all.filter((queued) => last === null || byTime(last, queued) < 0);
        return rest.slice(0, this.#pageSize);
      });
      if (page.length > 0) yield page.map((queued) => queued.personId);
      if (page.length < this.#pageSize) return;
      after = page.at(-1) ?? null;
    }
  }

  newestAwaitingPush(after: string | null, limit: number): Promise<readonly WaitingPerson[]> {
    return this.#io('personStore.newestAwaitingPush', () => {
      const later = this.#index.pending().filter(({ since }) => since > (after ?? ''));
      return later.reverse().slice(0, limit);
    });
  }

  oldestAwaitingPush(): Promise<string | null> {
    return this.#io('personStore.oldestAwaitingPush', () => this.#index.pending()[0]?.since ?? null);
  }

  backlog(): Promise<{ readonly count: number; readonly oldestAt: string | null }> {
    return this.#io('personStore.backlog', () => {
      const pending = this.#index.pending();
      return { count: pending.length, oldestAt: pending[0]?.since ?? null };
    });
  }

  undecided(limit: number): Promise<{ readonly count: number; readonly personIds: readonly string[] }> {
    return this.#io('personStore.undecided', () => {
      const ids = this.#index.undecided();
      return { count: ids.length, personIds: ids.slice(0, limit) };
    });
  }

  dueRetries(now: string, limit: number): Promise<readonly string[]> {
    return this.#io('personStore.dueRetries', () => this.#index.dueRetries(now).slice(0, limit));
  }

  async withStatus(status: ListedStatus, limit: number, cursor: string | null): Promise<Page<Person>> {
    const after = cursor === null ? null : parseQueued(cursor);
    const rest = await this.#io('personStore.withStatus', () =>
      this.#index.withStatus(status).filter((queued) => after === null || byTime(queued, after) < 0),
    );
    const page = rest.slice(0, limit);
    const persons = await this.getMany(page.map((queued) => queued.personId));
    const items = page.flatMap((queued) => persons.get(queued.personId) ?? []);
    return {
      items: items.filter((person) => isPresent(person) && syncStatus(person) === status),
      cursor: rest.length > limit ? formatQueued(page.at(-1)) : null,
    };
  }

  scan(filter: PersonFilter, limit: number, cursor: string | null): Promise<Page<Person>> {
    return this.#io('personStore.scan', () => {
      const { everybody = false, synced = false, placeless = false, updatedSince = '' } = filter;
      const all = [...this.#persons.values()];
      const from = cursor === null ? 0 : all.findIndex(({ personId }) => personId === cursor) + 1;
      const rest = all
        .slice(from)
        .filter((person) => everybody || isPresent(person))
        .filter((person) => (!synced || syncStatus(person) === 'synced') && person.updatedAt >= updatedSince)
        .filter((person) => !placeless || person.placeless.length > 0);
      const items = rest.slice(0, limit);
      return { items, cursor: rest.length > limit ? (items.at(-1)?.personId ?? null) : null };
    });
  }

  /** In the order in which they were made. */
  linked(limit: number, cursor: string | null): Promise<Page<LinkedPerson>> {
    return this.#io('personStore.linked', () => {
      const all = [...this.#persons.values()];
      const from = cursor === null ? 0 : all.findIndex(({ personId }) => personId === cursor) + 1;
      const rest = all.slice(from).flatMap((person) => {
        const { personId, mergedInto, salesforce } = person;
        return salesforce === null || mergedInto !== null ? [] : { personId, salesforce, isUnseen: isUnseen(person) };
      });
      const items = rest.slice(0, limit);
      return { items, cursor: rest.length > limit ? (items.at(-1)?.personId ?? null) : null };
    });
  }

  async activities(person: Person, limit: number, cursor: string | null): Promise<Page<Activity>> {
    const before = cursor === null ? Number.POSITIVE_INFINITY : parseSeq(cursor);
    return this.#io('personStore.activities', () => {
      const rest = this.#activitiesOf(person).filter((activity) => activity.seq < before);
      const items = rest.slice(0, limit);
      return { items, cursor: rest.length > limit ? String(items.at(-1)?.seq) : null };
    });
  }

  /** Newest first. */
  #activitiesOf(person: Person): Activity[] {
    const chunks = [...(this.#chunks.get(person.personId)?.values() ?? [])];
    const first = person.log.recent[0]?.seq ?? person.log.next;
    const moved = chunks.flatMap((chunk) => chunk.activities).filter((activity) => activity.seq < first);
    return [...moved.sort((a, b) => a.seq - b.seq), ...person.log.recent].reverse();
  }

  #put(person: Person): void {
    this.#options.written?.(this.#persons.get(person.personId), person);
    this.#persons.set(person.personId, person);
    this.#indexLater(() => this.#index.refresh(this.#persons.get(person.personId) ?? person));
  }

  #putChunk(personId: string, chunk: ActivityChunk): Promise<void> {
    return this.#io('personStore.putChunk', () => {
      const chunks = this.#chunks.get(personId) ?? new Map<number, ActivityChunk>();
      this.#chunks.set(personId, chunks.set(chunk.first, chunk));
    });
  }

  /** Reads in batches, each of them an operation of its own. */
  async #readMany<Value>(
    name: string,
    keys: readonly string[],
    items: { get(key: string): Value | undefined },
  ): Promise<Map<string, Value>> {
    const wanted = [...new Set(keys)];
    const found = new Map<string, Value>();
    for (let from = 0; from < wanted.length; from += READ_BATCH) {
      const batch = wanted.slice(from, from + READ_BATCH);
      const values = await this.#io(name, () => batch.map((key) => items.get(key)));
      for (const [at, key] of batch.entries()) {
        const value = values[at];
        if (value !== undefined) found.set(key, value);
      }
    }
    return found;
  }

  #kept<Value>(value: Value): Value {
    return this.#freeze ? frozen(value) : value;
  }
}

function isSameLease(one: Lease | null, other: Lease | null): boolean {
  return one?.owner === other?.owner && one?.expiresAt === other?.expiresAt;
}

function formatQueued(queued: Queued | undefined): string | null {
  return queued === undefined ? null : `${queued.since}#${queued.personId}`;
}

function parseQueued(cursor: string): Queued {
  const [, since, personId] = /^(\d{4}-[^#]+)#(.+)$/.exec(cursor) ?? [];
  if (since === undefined || personId === undefined) throw new InvalidCursorError(`unknown cursor: ${cursor}`);
  return { since, personId };
}

function parseSeq(cursor: string): number {
  if (!/^\d+$/.test(cursor)) throw new InvalidCursorError(`unknown cursor: ${cursor}`);
  return Number(cursor);
}
