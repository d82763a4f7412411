import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoPersonStore } from '../../lib/dynamodb/dynamo-person-store.ts';
import { editFields } from '../../lib/sync/persons/edit-persons.ts';
import { clientOf, createTable } from '../contract/dynamodb-table.ts';
import { at, edited, leadPerson, stored, updated } from '../contract/persons.ts';
import { type DynamoDb, startDynamoDb } from '../sandbox/engines/dynamodb.ts';
import { TwoSides } from '../sync/two-sides.ts';

let database: DynamoDb;
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  database = await startDynamoDb();
  client = clientOf(database.endpoint);
  await createTable(client, 'persons');
});

afterAll(async () => {
  client.destroy();
  await database.close();
});

const LEAD = {
  Email: 'augusta.lovelace@analytical-engines.example.com',
  FirstName: 'Augusta',
  Company: 'Analytical Engines Ltd',
  Title: 'Chief Technology Officer',
  Phone: '+44 20 7946 0958',
  MobilePhone: '+44 7700 900123',
  Street: '12 St James Square',
  City: 'London',
  State: 'Greater London',
  PostalCode: 'SW1Y 4JH',
  Country: 'United Kingdom',
  Website: 'https://analytical-engines.example.com',
  Industry: 'Technology',
  Rating: 'Hot',
  Status: 'Open - Not Contacted',
  LeadSource: 'Web',
  NumberOfEmployees: 250,
  AnnualRevenue: 12_500_000,
  HasOptedOutOfEmail: false,
  Tier__c: 'Gold',
  Description:
    'Met at the trade fair in Hannover, where she wanted to see the difference engine; asks for a quotation for forty ' +
    'mills with variable cards, delivery before Easter, and somebody who can explain the operation table to her clerks. ' +
    'Prefers letters to telephone calls, and is in town on Tuesdays only until the end of the season, ' +
    'when she leaves for Somerset.',
  Fax: '+44 20 7946 0959',
};

test('a change of a person of 1 KB costs one write unit, and one more for each eight activities', async () => {
  const store = new DynamoPersonStore(client, { tableName: 'persons', activityRetentionDays: 365 });
  let person = await stored(store, leadPerson(1, LEAD));
  expect(JSON.stringify(person.fields).length).toBeGreaterThan(1000);
  const units = countWriteUnits();
  for (let n = 1; n <= 64; n += 1) {
    const change = edited(person, { Score__c: n, Title: `Title ${n}` }, at(n));
    person = await updated(store, person, { ...change, pending: {}, pendingSince: null, lastSyncedAt: at(n) });
  }
  expect(units()).toBeLessThanOrEqual(64 + 8);
});

test('an edit of a person below 1 KB that is pushed costs two write units, its lease one, its settling two', async () => {
  const persons = new DynamoPersonStore(client, { tableName: 'persons', activityRetentionDays: 365 });
  const sides = new TwoSides();
  const id = sides.insert('Lead', { LastName: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@example.com' });
  await sides.poll({ persons });
  await sides.merge({ persons });
  const edits = 8;
  const spent = { edit: 0, push: 0, echo: 0 };
  const units = countWriteUnits();
  const counted = async (of: keyof typeof spent, work: () => Promise<unknown>) => {
    const before = units();
    await work();
    spent[of] += units() - before;
  };
  for (let edit = 1; edit <= edits; edit += 1) {
    sides.clock.advance(290_000);
    await counted('edit', () => editFields({ ...sides.ports, persons }, `sf-${id}`, { Title: `Title ${edit}` }));
    await sides.poll({ persons });
    await counted('push', () => sides.merge({ persons }));
    await sides.poll({ persons });
    await counted('echo', () => sides.merge({ persons }));
  }
  // Two activities an edit, of which each eight are written to an item of their own; each queue entry is a unit.
  expect(spent).toEqual({ edit: 2 * edits + Math.floor((2 * edits) / 8) - 1, push: 3 * edits, echo: 0 });
});

const WRITES = new Set(['PutItemCommand', 'UpdateItemCommand', 'DeleteItemCommand', 'BatchWriteItemCommand']);

/** Counts what every write from now on is charged. */
function countWriteUnits(): () => number {
  let units = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (!WRITES.has(String(commandName))) return next(args);
        const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } as never });
        const { ConsumedCapacity } = answer.output as { ConsumedCapacity?: { CapacityUnits?: number } };
        if (ConsumedCapacity?.CapacityUnits === undefined) throw new Error(`${commandName} tells no units`);
        units += ConsumedCapacity.CapacityUnits;
        return answer;
      },
    { step: 'initialize', priority: 'high' },
  );
  return () => units;
}
