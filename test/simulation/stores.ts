import { DynamoListJobStore } from '../../lib/dynamodb/dynamo-list-job-store.ts';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import { type PersonItem, toPerson } from '../../lib/dynamodb/item.ts';
import { personKey, syncKey } from '../../lib/dynamodb/keys.ts';
import type { Person } from '../../lib/person/person.ts';
import type { SalesforceType } from '../../lib/person/row.ts';
import type { ListJobStore } from '../../lib/sync/ports/list-job-store.ts';
import type { PersonStore } from '../../lib/sync/ports/person-store.ts';
import type { SyncStateStore } from '../../lib/sync/ports/sync-state-store.ts';
import { tableInput } from '../contract/dynamodb-table.ts';
import { InMemoryListJobStore } from '../fakes/in-memory-list-job-store.ts';
import { InMemoryPersonStore } from '../fakes/in-memory-person-store.ts';
import { InMemorySyncStateStore } from '../fakes/in-memory-sync-state-store.ts';
import type { Invocation } from './invocation.ts';
import type { Swarm } from './swarm.ts';
import { definitionOf } from './table/definition.ts';
import { InProcessTable } from './table/in-process-table.ts';
import { directClient, tableClient } from './table/table-client.ts';
import type { Item } from './table/values.ts';

/** Where a feed stands, as far as the oracles ask. */
export interface FeedPosition {
  readonly checkpoint: string;
  readonly coveredUpTo: string;
}

/** The stores of a world: how functions reach them, and what the oracles see of them. */
export interface Stores {
  /** One person as stored now. */
  peek(personId: string): Person | undefined;
  /** Every person as stored now, in the order in which they were made. */
  all(): readonly Person[];
  peekFeed(type: SalesforceType): FeedPosition | undefined;
  /** The state as the oracles read it. */
  readonly state: SyncStateStore;
  readonly lists: ListJobStore;
  through(invocation: Invocation): {
    readonly persons: PersonStore;
    readonly state: SyncStateStore;
    readonly lists: ListJobStore;
  };
}

export interface StoresOptions {
  readonly swarm: Swarm;
  /** When an index learns of a write. */
  readonly indexLater: (refresh: () => void) => void;
  readonly personWritten: (before: Person | undefined, after: Person) => void;
  readonly feedSaved: () => void;
  /** Null for the pages of the service: 1 MB. */
  readonly pageBytes: number | null;
  readonly readOf: (keys: number) => number;
}

/** The stores in memory, at the level of the ports. */
export function inMemoryStores({ indexLater, personWritten, feedSaved }: StoresOptions): Stores {
  const persons = new InMemoryPersonStore({ pageSize: 5, indexLater, written: personWritten });
  const state = new InMemorySyncStateStore();
  const lists = new InMemoryListJobStore();
  return {
    peek: (personId) => persons.peek(personId),
    all: () => persons.all(),
    peekFeed: (type) => state.peekFeed(type),
    state,
    lists,
    through: ({ io }) => ({
      persons: persons.through(io),
      lists: lists.through(io),
      state: state.through((name, effect) =>
        io(name, () => {
          const result = effect();
          if (name === 'syncState.saveFeed') feedSaved();
          return result;
        }),
      ),
    }),
  };
}

/** The stores that the product has in DynamoDB, over a table in this process. */
export function tableStores(options: StoresOptions): Stores {
  const { indexLater, pageBytes, readOf, swarm } = options;
  const definition = definitionOf(tableInput(TABLE));
  const table = new InProcessTable(definition, {
    indexLater,
    pageBytes,
    readOf,
    written: (after, before) => {
      if (after === undefined) return;
      const [person, earlier] = [personIn(after), before === undefined ? undefined : personIn(before)];
      if (person !== undefined) options.personWritten(earlier, person);
      if (FEEDS.some(({ pk, sk }) => after.pk === pk && after.sk === sk)) options.feedSaved();
    },
  });
  return {
    peek: (personId) => personIn(table.peek({ ...personKey(personId) }) ?? {}),
    all: () => [...table.all()].flatMap((item) => personIn(item) ?? []),
    peekFeed: (type) => table.peek({ ...syncKey(`FEED#${type}`) }) as FeedPosition | undefined,
    state: new DynamoSyncStateStore(directClient(table), { tableName: TABLE }),
    lists: new DynamoListJobStore(directClient(table), { tableName: TABLE, now: () => NEVER }),
    through: (invocation) => ({
      persons: new DynamoPersonStore(tableClient(table, 'personStore', invocation, swarm), {
        tableName: TABLE,
        activityRetentionDays: 365,
        pause: () => invocation.pause(invocation.dice.between(1, 1000)),
      }),
      state: new DynamoSyncStateStore(tableClient(table, 'syncState', invocation, swarm), { tableName: TABLE }),
      lists: new DynamoListJobStore(tableClient(table, 'lists', invocation, swarm), {
        tableName: TABLE,
        now: () => invocation.clock.now(),
      }),
    }),
  };
}

const TABLE = 'persons';
const NEVER = '2100-01-01T00:00:00.000Z';
const FEEDS = [syncKey('FEED#Lead'), syncKey('FEED#Contact')];
const PERSON = personKey('');

const decoded = new WeakMap<Item, Person>();

/** The person that an item is; undefined for any other item, a stub too. */
function personIn(item: Item): Person | undefined {
  if (item.sk !== PERSON.sk || !('createdAt' in item)) return undefined;
  const known = decoded.get(item);
  if (known !== undefined) return known;
  const person = toPerson(item as unknown as PersonItem);
  decoded.set(item, person);
  return person;
}
