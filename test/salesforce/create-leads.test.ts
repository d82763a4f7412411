import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SalesforceClient } from '../../lib/salesforce/client.ts';
import { createSalesforceRecords } from '../../lib/salesforce/salesforce-records.ts';
import type { SalesforceRecords } from '../../lib/sync/ports/salesforce-records.ts';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import { clientOf, failureOf } from './stub-salesforce.ts';

const COLUMNS = ['Id', 'LastName', 'Title', 'IsConverted'];
const NO_RULES = { runAssignmentRules: false };

let org: Org;
let client: SalesforceClient;
let records: SalesforceRecords;

beforeEach(async () => {
  org = createOrg();
  const loginUrl = await org.listen(0);
  client = clientOf(loginUrl, { credentials: { loginUrl, clientId: 'lockstep', clientSecret: 'lockstep' } });
  records = createSalesforceRecords(client);
  await client.now();
});

afterEach(() => org.close());

function drive(path: string, body: object): void {
  const { status, body: answer } = org.handle({ method: 'POST', path: `/_org/${path}`, headers: {}, body });
  if (status !== 200) throw new Error(JSON.stringify(answer));
}

const lead = (key: string, more: Record<string, unknown> = {}) => {
  return { key, record: { LastName: key, Company: 'Engines', ...more } as Record<string, string> };
};

async function callsOf<Answer>(work: () => Promise<Answer>): Promise<[Answer, number]> {
  const before = client.usage().calls;
  return [await work(), client.usage().calls - before];
}

describe('createLeads', () => {
  test('makes 200 in one call, and none twice', async () => {
    const leads = Array.from({ length: 200 }, (_, at) => lead(`p-${at}`));
    const [first, calls] = await callsOf(() => records.createLeads(leads, COLUMNS, NO_RULES));
    const again = leads.map(({ key, record }) => ({ key, record: { ...record, Title: 'Another' } }));
    const second = await records.createLeads(again, COLUMNS, NO_RULES);
    expect(calls).toBe(1);
    expect(first.map(({ kind }) => kind)).toEqual(leads.map(() => 'created'));
    expect(second.map(({ kind }) => kind)).toEqual(leads.map(() => 'exists'));
    expect(first.map((answer) => 'record' in answer && answer.record.LastName)).toEqual(leads.map(({ key }) => key));
    expect(second[7]).toMatchObject({ record: { LastName: 'p-7', Title: null } });
    expect(org.state.stats.recordsCreated).toBe(200);
  });

  test('what is refused for one is its own answer', async () => {
    await records.createLead('p-there', lead('p-there').record, COLUMNS, NO_RULES);
    const converted = await records.createLead('p-converted', lead('p-converted').record, COLUMNS, NO_RULES);
    if (converted.kind !== 'created') throw new Error(converted.kind);
    drive('convert', { leadId: converted.record.Id });
    const leads = [lead('p-1'), { key: 'p-2', record: { LastName: 'Two' } }, lead('p-there'), lead('p-converted')];
    const [answers, calls] = await callsOf(() => records.createLeads(leads, COLUMNS, NO_RULES));
    expect(answers).toMatchObject([
      { kind: 'created' },
      { kind: 'rejected', rejection: { code: 'REQUIRED_FIELD_MISSING', fields: ['Company'] }, matches: [] },
      { kind: 'exists' },
      { kind: 'converted' },
    ]);
    expect(calls).toBe(1);
  });

  test('a value that refuses the whole collection keeps no other from being made', async () => {
    const leads = [lead('p-1'), lead('p-2', { NumberOfEmployees: 'many' }), lead('p-3')];
    const answers = await records.createLeads(leads, COLUMNS, NO_RULES);
    expect(answers.map(({ kind }) => kind)).toEqual(['created', 'rejected', 'created']);
  });

  test('a duplicate rule names the records that it found', async () => {
    drive('duplicate-rules', { object: 'Lead', matchOn: ['LastName'], action: 'alert' });
    const known = await records.createLead('p-known', lead('p-known').record, COLUMNS, NO_RULES);
    if (known.kind !== 'created') throw new Error(known.kind);
    const leads = [lead('p-1'), { ...lead('p-known'), key: 'p-2' }];
    expect(await records.createLeads(leads, COLUMNS, NO_RULES)).toMatchObject([
      { kind: 'created' },
      {
        kind: 'rejected',
        rejection: { code: 'DUPLICATES_DETECTED' },
        matches: [{ type: 'Lead', id: known.record.Id }],
      },
    ]);
  });

  test('a text that a composite request would take for a reference goes as it is', async () => {
    const answers = await records.createLeads([lead('p-1', { Title: '@{s0.id}' }), lead('p-2')], COLUMNS, NO_RULES);
    expect(answers).toMatchObject([{ kind: 'created', record: { Title: '@{s0.id}' } }, { kind: 'created' }]);
  });

  test('a field for the key that cannot be written is for a human', async () => {
    drive('field-access', { object: 'Lead', field: 'Person_Id__c', read: true, edit: false });
    const [answer] = await records.createLeads([lead('p-1'), lead('p-2')], COLUMNS, NO_RULES);
    expect(answer).toMatchObject({ kind: 'failed', error: { name: 'ConfigError' } });
  });

  test('a lost answer may hide what was made, and the next is smaller', async () => {
    drive('faults', { kind: 'timeoutAfterCommit', times: 1, milliseconds: 10 });
    const leads = Array.from({ length: 200 }, (_, at) => lead(`p-${at}`));
    const lost = await failureOf(records.createLeads(leads, COLUMNS, NO_RULES));
    expect(lost).toMatchObject({ name: 'TransientError', mayHaveCommitted: true });
    expect(records.maxCreateBatch).toBe(100);
    expect((await records.createLeads(leads, COLUMNS, NO_RULES)).map(({ kind }) => kind)).toEqual(
      leads.map(() => 'exists'),
    );
  });
});

describe('findEach', () => {
  const columns = { Lead: ['Id', 'LastName', 'Email'], Contact: ['Id', 'LastName', 'Email'] };
  const namesOf = (found: Awaited<ReturnType<SalesforceRecords['findEach']>>) =>
    found.map((rows) => rows.map(({ record }) => record.LastName));

  test('finds the rows of many persons in one call, each its own', async () => {
    const email = (at: number) => `o'neil.${at}@example.com`;
    const leads = Array.from({ length: 60 }, (_, at) => lead(`p-${at}`, { Email: email(at) }));
    await records.createLeads(leads, COLUMNS, NO_RULES);
    const queries = Array.from({ length: 120 }, (_, at) => {
      return { keys: [`p-${at < 30 ? at : `none-${at}`}`], email: email(at).toUpperCase() };
    });
    const [found, calls] = await callsOf(() => records.findEach(queries, columns));
    expect(calls).toBe(1);
    expect(namesOf(found)).toEqual(queries.map((_, at) => (at < 60 ? [`p-${at}`] : [])));
  });

  test('finds all rows that share an email, and nothing for whom nothing can be asked', async () => {
    await records.createLeads(
      [lead('p-1', { Email: 'x@example.com' }), lead('p-2', { Email: 'x@example.com' })],
      COLUMNS,
      NO_RULES,
    );
    const one = { keys: ['p-1'], email: 'x@example.com' };
    const found = await records.findEach([one, { keys: ['p-2'], email: null }, { keys: [], email: null }], columns);
    expect(namesOf(found).map((names) => names.map(String).sort())).toEqual([['p-1', 'p-2'], ['p-2'], []]);
    expect(await records.findEach([], columns)).toEqual([]);
  });

  test('asks for 200 persons with long ids and emails in one call', async () => {
    const queries = Array.from({ length: 200 }, (_, at) => {
      return { keys: [`00000000-0000-4000-8000-${String(at).padStart(12, '0')}`], email: `somebody.${at}@example.com` };
    });
    const [, calls] = await callsOf(() => records.findEach(queries, columns));
    expect(calls).toBe(1);
  });
});
