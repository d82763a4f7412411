import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Activity, fullChunks, withoutChunks } from '../person/activity.ts';
import { isPresent, type Lease, type Person, syncStatus } from '../person/person.ts';
import { InvalidCursorError, TransientError } from '../sync/errors.ts';
import type {
  LeaseOutcome,
  LinkedPerson,
  ListedStatus,
  Page,
  PersonFilter,
  PersonStore,
  UpdateOutcome,
} from '../sync/ports/person-store.ts';
import { ActivityLog } from './activity-log.ts';
import { type PersonItem, sameAtRest, toItem, toPerson } from './item.ts';
import { ItemTable, type Pause } from './item-table.ts';
import {
  BY_EMAIL,
  claimKey,
  emailKey,
  isPossibleId,
  type Key,
  linkKey,
  personIdOf,
  personKey,
  type Queue,
  rowIdOf,
} from './keys.ts';
import { linkedPersons } from './linked-persons.ts';
import { newestQueued, queueBacklog, queuedIds } from './person-queues.ts';
import { leaseRelease, leaseTaking, personUpdate } from './person-update.ts';
import { scannedPersons } from './scanned-persons.ts';

/** A claim or a link: whose the email or the row is. */
type OwnedItem = Key & { readonly personId: string };

export interface DynamoPersonStoreOptions {
  readonly tableName: string;
  /** How long activities are kept after they have left their person's item. */
  readonly activityRetentionDays: number;
  /** Exponential, with jitter, where not given. */
  readonly pause?: Pause;
}

/** The queues that hold the persons of a status. */
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

/** The persons in DynamoDB; `keys.ts` has the layout, `item.ts` the attributes. */
export class DynamoPersonStore implements PersonStore {
  readonly #table: ItemTable;
  readonly #log: ActivityLog;

  constructor(client: DynamoDBDocumentClient, options: DynamoPersonStoreOptions) {
    this.#table = new ItemTable(client, options.tableName, options.pause);
    this.#log = new ActivityLog(this.#table, options.activityRetentionDays);
  }

  async get(personId: string): Promise<Person | undefined> {
    if (!isPossibleId(personId)) return undefined;
    const item = await this.#table.get<PersonItem>(personKey(personId));
    return item === undefined ? undefined : toPerson(item);
  }

  async getMany(personIds: readonly string[]): Promise<ReadonlyMap<string, Person>> {
    const ids = [...new Set(personIds)].filter(isPossibleId);
    const items = await this.#table.getMany<PersonItem>(ids.map(personKey));
    return new Map(items.map((item) => [personIdOf(item), toPerson(item)]));
  }

  async create(person: Person): Promise<'created' | 'exists'> {
    const write = await this.#table.putIf({ Item: toItem(person), ConditionExpression: 'attribute_not_exists(pk)' });
    if (write === 'written') return 'created';
    if (write === 'refused') return 'exists';
    return (await this.#isStored(person)) ? 'created' : 'exists';
  }

  async update(stored: Person, next: Person): Promise<UpdateOutcome> {
    const chunks = fullChunks(stored.log);
    await Promise.all(chunks.map((chunk) => this.#log.putChunk(stored.personId, chunk)));
    const lease = next.lease === null ? null : stored.lease;
    const person = { ...next, lease, version: stored.version + 1, log: withoutChunks(next.log, chunks) };
    const write = await this.#table.updateIf(personUpdate(stored, person));
    if (write === 'written' || (write === 'unclear' && (await this.#isStored(person)))) {
      return { kind: 'written', person };
    }
    return { kind: 'versionConflict' };
  }

  async takeLease(stored: Person, lease: Lease, now: string): Promise<LeaseOutcome> {
    const write = await this.#table.updateIf(leaseTaking(stored, lease, now));
    if (write === 'written') return 'taken';
    const current = await this.get(stored.personId);
    return current?.version === stored.version ? 'leased' : 'versionConflict';
  }

  async releaseLease(personId: string, owner: string): Promise<void> {
    await this.#table.updateIf(leaseRelease(personId, owner));
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
    if (cursor !== null && (cursor === '' || !isPossibleId(cursor))) throw new InvalidCursorError('no such cursor');
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

  async linksOf(rowIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const owners = await this.#owners(rowIds.filter(isPossibleId).map(linkKey));
    return new Map([...owners].map(([pk, personId]) => [rowIdOf({ pk, sk: '' }), personId]));
  }

  async linkRow(rowId: string, personId: string): Promise<void> {
    const item: OwnedItem = { ...linkKey(rowId), personId };
    await this.#table.put(item);
  }

  claimRow(rowId: string, personId: string, insteadOf?: string): Promise<string> {
    return this.#claim(linkKey(rowId), personId, insteadOf);
  }

  awaitingPush(): AsyncIterable<readonly string[]> {
    return queuedIds(this.#table, 'pending');
  }

  backlog(): Promise<{ readonly count: number; readonly oldestAt: string | null }> {
    return queueBacklog(this.#table, 'pending');
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
   * Whether this very version is what stands, which is so where an earlier try of its write went through unheard. Where
   * the person has gone on since, nobody can tell any more.
   */
  async #isStored(person: Person): Promise<boolean> {
    const current = await this.get(person.personId);
    if (current !== undefined && current.version > person.version) {
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
