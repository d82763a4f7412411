import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Activity, fullChunks, withoutChunks } from '../person/activity.ts';
import type { LinkedPerson } from '../person/person.ts';
import { isPresent, type Lease, type Person, syncStatus, type Tried, versionAfter } from '../person/person.ts';
import { isPerson, type Stub } from '../person/standing.ts';
import { InvalidCursorError, TransientError } from '../sync/errors.ts';
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
} from '../sync/ports/person-store.ts';
import { ActivityChunks } from './activity-chunks.ts';
import {
  isStubItem,
  type PersonItem,
  type StubItem,
  sameAtRest,
  toItem,
  toPerson,
  toStub,
  toStubItem,
} from './item.ts';
import { ItemTable, type Pause } from './item-table.ts';
import { BY_EMAIL, claimKey, emailKey, isPossibleId, type Key, personIdOf, personKey, type Queue } from './keys.ts';
import { linkedPersons } from './linked-persons.ts';
import { dueRetries, newestQueued, newestSince, oldestSince, queueBacklog, queuedIds } from './person-queues.ts';
import { leaseRelease, leaseTaking, personUpdate } from './person-update.ts';
import { scannedPersons } from './scanned-persons.ts';

/** A claim: the holder of an email. */
type OwnedItem = Key & { readonly personId: string };

export interface DynamoPersonStoreOptions {
  readonly tableName: string;
  /** Retention of activities moved out of the person's item. */
  readonly activityRetentionDays: number;
  /** Absent: exponential, with jitter. */
  readonly pause?: Pause;
}

/** The queues containing the persons with a status. */
const QUEUES_OF: Readonly<Record<ListedStatus, readonly Queue[]>> = {
  pending: ['pending', 'held'],
  rejected: ['rejected'],
  localOnly: ['localOnly'],
};

/** The query of `byEmail`. */
function withEmail(key: string) {
  return {
    IndexName: BY_EMAIL,
    KeyConditionExpression: '#email = :email',
    ExpressionAttributeNames: { '#email': 'email' },
    ExpressionAttributeValues: { ':email': key },
  };
}

function toStored(item: PersonItem | StubItem): StoredItem {
  return isStubItem(item) ? toStub(item) : toPerson(item);
}

/** The condition that the item is absent, or still the stub as read. */
function stillThere(stub: Stub | undefined) {
  if (stub === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#revision = :revision AND attribute_not_exists(#createdAt)',
    ExpressionAttributeNames: { '#revision': 'revision', '#createdAt': 'createdAt' },
    ExpressionAttributeValues: { ':revision': stub.revision },
  };
}

/** The persons in DynamoDB; `keys.ts` describes the layout, `item.ts` the attributes. */
export class DynamoPersonStore implements PersonStore {
  readonly #table: ItemTable;
  readonly #log: ActivityChunks;

  constructor(client: DynamoDBDocumentClient, options: DynamoPersonStoreOptions) {
    this.#table = new ItemTable(client, options.tableName, options.pause);
    this.#log = new ActivityChunks(this.#table, options.activityRetentionDays);
  }

  async get(personId: string): Promise<Person | undefined> {
    const item = await this.#item(personId);
    return isPerson<Person>(item) ? item : undefined;
  }

  async getMany(personIds: readonly string[]): Promise<ReadonlyMap<string, Person>> {
    const items = await this.items(personIds);
    return new Map([...items].filter((each): each is [string, Person] => isPerson<Person>(each[1])));
  }

  async items(personIds: readonly string[]): Promise<ReadonlyMap<string, StoredItem>> {
    const ids = [...new Set(personIds)].filter(isPossibleId);
    const items = await this.#table.getMany<PersonItem | StubItem>(ids.map(personKey));
    return new Map(items.map((item) => [personIdOf(item), toStored(item)]));
  }

  async create(person: Person, insteadOf?: Stub): Promise<'created' | 'exists'> {
    const write = await this.#table.putIf({ Item: toItem(person), ...stillThere(insteadOf) });
    if (write === 'written') return 'created';
    if (write === 'refused') return 'exists';
    return (await this.#isStored(person)) ? 'created' : 'exists';
  }

  async saveStub(stored: Stub | null, next: Stub): Promise<'written' | 'refused'> {
    const write = await this.#table.putIf({ Item: toStubItem(next), ...stillThere(stored ?? undefined) });
    if (write !== 'unclear') return write;
    const current = await this.#item(next.personId);
    return isDeepStrictEqual(current, next) ? 'written' : 'refused';
  }

  async update(stored: Person, next: Person, options = { leaseAsRead: false }): Promise<UpdateOutcome> {
    const chunks = next.erased ? [] : fullChunks(stored.log);
    await Promise.all(chunks.map((chunk) => this.#log.putChunk(stored.personId, chunk)));
    const { lease, tried } = stored.lease !== null && next.lease === null ? { lease: null, tried: null } : stored;
    const counted = { version: versionAfter(stored, next), revision: stored.revision + 1 };
    const person = { ...next, ...counted, lease, tried, log: withoutChunks(next.log, chunks) };
    const write = await this.#table.updateIf(personUpdate(stored, person, options.leaseAsRead));
    if (write === 'written' || (write === 'unclear' && (await this.#isStored(person)))) {
      return { kind: 'written', person };
    }
    return { kind: 'versionConflict' };
  }

  async takeLease(stored: Person, lease: Lease, now: string): Promise<LeaseOutcome> {
    const write = await this.#table.updateIf(leaseTaking(stored, lease, now));
    if (write === 'written') return 'taken';
    const current = await this.get(stored.personId);
    return current?.revision === stored.revision ? 'leased' : 'versionConflict';
  }

  async releaseLease(personId: string, owner: string, tried?: Tried): Promise<void> {
    await this.#table.updateIf(leaseRelease(personId, owner, tried));
  }

  async idsByEmail(email: string): Promise<readonly string[]> {
    const key = emailKey(email);
    if (key === '') return [];
    const ids: string[] = [];
    for await (const page of this.#table.pages<Key>(withEmail(key))) ids.push(...page.items.map(personIdOf));
    return ids;
  }

  async idsByEmailPage(email: string, limit: number, cursor: string | null): Promise<Page<string>> {
    const key = emailKey(email);
    if (key === '') return { items: [], cursor: null };
    if (cursor !== null && (cursor === '' || !isPossibleId(cursor))) throw new InvalidCursorError('unknown cursor');
    const start = cursor === null ? undefined : { ...personKey(cursor), email: key };
    const page = await this.#table.query<Key>({ ...withEmail(key), Limit: limit, ExclusiveStartKey: start });
    return {
      items: page.items.map(personIdOf),
      cursor: page.next === undefined ? null : personIdOf(page.next as unknown as Key),
    };
  }

  claimEmail(email: string, personId: string, insteadOf?: string): Promise<string> {
    return this.#claim(claimKey(email), personId, insteadOf);
  }

  async forget(personId: string, emails: readonly string[]): Promise<void> {
    await this.#log.forget(personId);
    for (const email of emails) {
      await this.#table.deleteIf({
        Key: claimKey(email),
        ConditionExpression: 'personId = :holder',
        ExpressionAttributeValues: { ':holder': personId },
      });
    }
  }

  rewriteActivities(personId: string, change: (activity: Activity) => Activity): Promise<number> {
    return this.#log.rewrite(personId, change);
  }

  async emailClaims(emails: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const keys = new Map(emails.map((email) => [email, claimKey(email)]));
    const claims = await this.#owners([...keys.values()]);
    return new Map(
      [...keys].flatMap(([email, { pk }]) => {
        const holder = claims.get(pk);
        return holder === undefined ? [] : [[email, holder] as const];
      }),
    );
  }

  awaitingPush(span?: WaitingSpan): AsyncIterable<readonly string[]> {
    return queuedIds(this.#table, 'pending', span);
  }

  newestAwaitingPush(after: string | null, limit: number): Promise<readonly WaitingPerson[]> {
    return newestSince(this.#table, 'pending', after, limit);
  }

  oldestAwaitingPush(): Promise<string | null> {
    return oldestSince(this.#table, 'pending');
  }

  backlog(): Promise<{ readonly count: number; readonly oldestAt: string | null }> {
    return queueBacklog(this.#table, 'pending');
  }

  async undecided(limit: number): Promise<{ readonly count: number; readonly personIds: readonly string[] }> {
    const ids: string[] = [];
    for await (const page of queuedIds(this.#table, 'undecided')) ids.push(...page);
    return { count: ids.length, personIds: ids.sort().slice(0, limit) };
  }

  dueRetries(now: string, limit: number): Promise<readonly string[]> {
    return dueRetries(this.#table, now, limit);
  }

  async withStatus(status: ListedStatus, limit: number, cursor: string | null): Promise<Page<Person>> {
    const queued = await newestQueued(this.#table, QUEUES_OF[status], limit, cursor);
    const persons = await this.getMany(queued.personIds);
    const items = queued.personIds.flatMap((personId) => persons.get(personId) ?? []);
    return { items: items.filter((each) => isPresent(each) && syncStatus(each) === status), cursor: queued.cursor };
  }

  scan(filter: PersonFilter, limit: number, cursor: string | null): Promise<Page<Person>> {
    return scannedPersons(this.#table, filter, limit, cursor);
  }

  linked(limit: number, cursor: string | null): Promise<Page<LinkedPerson>> {
    return linkedPersons(this.#table, limit, cursor);
  }

  activities(person: Person, limit: number, cursor: string | null): Promise<Page<Activity>> {
    return this.#log.page(person, limit, cursor);
  }

  async #item(personId: string): Promise<StoredItem | undefined> {
    if (!isPossibleId(personId)) return undefined;
    const item = await this.#table.get<PersonItem | StubItem>(personKey(personId));
    return item && toStored(item);
  }

  async #claim(key: Key, personId: string, insteadOf = personId): Promise<string> {
    const write = await this.#table.putIf({
      Item: { ...key, personId },
      ConditionExpression: 'attribute_not_exists(pk) OR personId = :holder',
      ExpressionAttributeValues: { ':holder': insteadOf },
    });
    if (write === 'written') return personId;
    const claim = await this.#table.get<OwnedItem>(key);
    if (claim === undefined) throw new TransientError('claimGone', 'the claim was given up meanwhile');
    return claim.personId;
  }

  /**
   * Whether the same revision is stored, because an earlier try of the write succeeded with a lost answer. After a
   * further change of the person the question is undecidable.
   */
  async #isStored(person: Person): Promise<boolean> {
    const current = await this.get(person.personId);
    if (current !== undefined && current.revision > person.revision) {
      throw new TransientError('unclearWrite', 'the answer of a write was lost and the person has changed since');
    }
    return current !== undefined && sameAtRest(current, person);
  }

  /** By partition key. */
  async #owners(keys: readonly Key[]): Promise<Map<string, string>> {
    const different = new Map(keys.map((key) => [key.pk, key]));
    const items = await this.#table.getMany<OwnedItem>([...different.values()]);
    return new Map(items.map((item) => [item.pk, item.personId]));
  }
}
