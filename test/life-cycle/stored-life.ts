import { gunzipSync } from 'node:zlib';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import { DEFAULT_POLICY } from '../../lib/schema/sync-policy.ts';
import type { BacklogLane, Ports } from '../../lib/sync/ports/ports.ts';
import { tableInput } from '../contract/dynamodb-table.ts';
import { definitionOf } from '../simulation/table/definition.ts';
import { InProcessTable } from '../simulation/table/in-process-table.ts';
import { directClient } from '../simulation/table/table-client.ts';
import { Life } from './life.ts';

const TABLE = 'persons';
const WRITES = /^(Put|Update|Delete)/;

/** Something of an item, whatever its attributes are. */
export type StoredItem = Readonly<Record<string, unknown>>;

/** A life whose persons and state are in a table, as the product stores them. */
export class StoredLife extends Life {
  readonly table: InProcessTable;

  constructor() {
    const table = new InProcessTable(definitionOf(tableInput(TABLE)));
    super(DEFAULT_POLICY, storesOf(directClient(table)));
    this.table = table;
  }

  /** The ports of a process that dies at its nth write, just before the write or just after it. */
  dyingAt(
    nth: number,
    when: 'before' | 'after',
  ): { readonly ports: Ports & BacklogLane; readonly hasDied: () => boolean } {
    const direct = directClient(this.table);
    const send = direct.send.bind(direct) as (command: object) => Promise<unknown>;
    let writes = 0;
    let isDead = false;
    const dying = async (command: object): Promise<unknown> => {
      if (isDead) throw new Error('this process is dead');
      if (WRITES.test(command.constructor.name)) writes += 1;
      if (writes < nth || !WRITES.test(command.constructor.name)) return send(command);
      isDead = true;
      if (when === 'after') await send(command);
      throw new Error('this process dies');
    };
    const client = { send: dying } as unknown as DynamoDBDocumentClient;
    return { ports: { ...this.ports, ...storesOf(client) }, hasDied: () => isDead };
  }

  /** The items of these persons: their own, and what stands beside them. */
  itemsOf(personIds: readonly string[]): StoredItem[] {
    const keys = new Set(personIds.map((personId) => `PERSON#${personId}`));
    return [...this.table.all()].filter(({ pk }) => typeof pk === 'string' && keys.has(pk)) as StoredItem[];
  }

  /** Where in the table a text stands, keys and indexes included; what is packed is looked at unpacked. */
  placesOf(text: string): string[] {
    const places = [...this.table.all()].filter((item) => textOf(item).toLowerCase().includes(text.toLowerCase()));
    return places.map(({ pk, sk }) => JSON.stringify([pk, sk]));
  }

  /** Everybody who holds a text, in a field, a refusal, a lease or any activity. */
  async holdersOf(text: string): Promise<string[]> {
    const { persons } = this.ports;
    const holders: string[] = [];
    const { items } = await persons.scan({ everybody: true }, 1000, null);
    for (const person of items) {
      const log = await persons.activities(person, 1000, null);
      if (JSON.stringify([person, log.items]).includes(text)) holders.push(person.personId);
    }
    return holders;
  }
}

function storesOf(client: DynamoDBDocumentClient): Pick<Ports, 'persons' | 'state'> {
  const options = { tableName: TABLE, activityRetentionDays: 365 };
  return { persons: new DynamoPersonStore(client, options), state: new DynamoSyncStateStore(client, options) };
}

function textOf(item: object): string {
  return JSON.stringify(item, (_, value: unknown) => (isPacked(value) ? unpacked(value) : value));
}

/** Binary, as it comes to `JSON.stringify`: a `Buffer` is an object of numbers by then. */
function isPacked(value: unknown): value is { readonly data: readonly number[] } | Uint8Array {
  if (value instanceof Uint8Array) return true;
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
}

/** The state of the sync is packed by gzip; what persons hold is packed with a dictionary, which erased ones may not have. */
function unpacked(value: { readonly data: readonly number[] } | Uint8Array): string {
  const bytes = Buffer.from(value instanceof Uint8Array ? value : value.data);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? gunzipSync(bytes).toString() : `packed:${bytes.toString('latin1')}`;
}
