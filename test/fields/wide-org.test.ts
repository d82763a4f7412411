import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { DynamoSyncStateStore } from '../../lib/dynamodb/dynamo-sync-state-store.ts';
import type { Fields } from '../../lib/person/field-value.ts';
import { editFields } from '../../lib/sync/persons/edit-persons.ts';
import type { Ports } from '../../lib/sync/ports/ports.ts';
import { clientOf, createTable } from '../contract/dynamodb-table.ts';
import { type DynamoDb, startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { ChangingOrg } from './changing-org.ts';

/** As many custom fields as Salesforce lets an object have. */
const WIDTH = 800;
const name = (n: number): string => `A_Custom_Field_With_A_Long_Name_${n}__c`;
const values = (text: string): Fields =>
  Object.fromEntries(Array.from({ length: WIDTH }, (_, n) => [name(n), `${text} ${n}`]));

describe('an object with 800 custom fields', () => {
  let database: DynamoDb;
  let stores: Partial<Ports>;

  beforeAll(async () => {
    database = await startDynamoDb();
    const client = clientOf(database.endpoint);
    const tableName = 'wide';
    await createTable(client, tableName);
    stores = {
      persons: new DynamoPersonStore(client, { tableName, activityRetentionDays: 365 }),
      state: new DynamoSyncStateStore(client, { tableName }),
    };
  });
  afterAll(() => database.close());

  test('syncs all of them both ways, and takes up a new one', async () => {
    const org = new ChangingOrg();
    for (let n = 0; n < WIDTH - 1; n += 1) org.addField('Lead', name(n));
    const { [name(WIDTH - 1)]: _, ...known } = values('there');
    const ids = Array.from({ length: 30 }, () => org.lead(known));
    const cycle = async () => {
      expect(await org.poll(stores)).toMatchObject({ error: null, report: { outcome: 'complete' } });
      expect(await org.merge(stores)).toMatchObject({ error: null, retry: [], push: { error: null, rejected: 0 } });
    };
    const persons = async () => {
      const store = stores.persons as Ports['persons'];
      const found = await store.getMany(ids.map((id) => `sf-${id}`));
      return ids.map((id) => found.get(`sf-${id}`));
    };
    await cycle();
    expect((await persons()).map((person) => person?.fields[name(WIDTH - 2)])).toEqual(
      ids.map(() => `there ${WIDTH - 2}`),
    );
    org.addField('Lead', name(WIDTH - 1), { read: true });
    org.fillSilently('Lead', name(WIDTH - 1), new Map(ids.map((id) => [id, 'late'])));
    org.clock.advance(120_000);
    await cycle();
    expect((await persons()).map((person) => person?.fields[name(WIDTH - 1)])).toEqual(ids.map(() => 'late'));
    const { edited } = await editAll(org, stores, `sf-${ids[0]}`);
    await cycle();
    await cycle();
    const record = org.record('Lead', ids[0] ?? '');
    expect(Object.keys(edited).filter((field) => record[field] !== edited[field])).toEqual([]);
    expect((await persons())[0]?.pending).toEqual({});
  });
});

async function editAll(org: ChangingOrg, stores: Partial<Ports>, personId: string) {
  const edited = values('here');
  const outcome = await editFields({ ...org.ports, ...stores }, personId, edited);
  expect(outcome.kind).toBe('updated');
  return { edited };
}
