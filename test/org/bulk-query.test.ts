import { describe, expect, it } from 'vitest';
import { BulkClient } from './bulk-client.ts';

function seeded(leads = 30): BulkClient {
  const client = new BulkClient();
  client.org.seed({ leads, contacts: 0, seed: 1 });
  return client;
}

// https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/queries.htm
describe('a Bulk API 2.0 query job', () => {
  it('is created as UploadComplete and moves with the clock of the org', () => {
    const client = seeded();
    const created = client.send('POST', '/jobs/query', { operation: 'query', query: 'SELECT Id FROM Lead' });
    expect(created.status).toBe(200);
    const job = created.body as { id: string };
    expect(job).toMatchObject({
      operation: 'query',
      object: 'Lead',
      state: 'UploadComplete',
      concurrencyMode: 'Parallel',
      contentType: 'CSV',
      apiVersion: 62,
      lineEnding: 'LF',
      columnDelimiter: 'COMMA',
      createdDate: '2026-11-21T10:00:00.000+0000',
    });
    expect(job.id).toMatch(/^750\w{15}$/);
    const states = [0, 0.15, 1].map((seconds) => {
      client.org.clock.advance(seconds);
      return client.json('GET', `/jobs/query/${job.id}`).state;
    });
    expect(states).toEqual(['UploadComplete', 'InProgress', 'JobComplete']);
    expect(client.json('GET', `/jobs/query/${job.id}`)).toMatchObject({
      jobType: 'V2Query',
      numberRecordsProcessed: 30,
      retries: 0,
      isPkChunkingSupported: true,
    });
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_job_results.htm
  it('gives its results in pages that each begin with the header', () => {
    const client = seeded();
    const id = client.query({ query: 'SELECT Id, Owner.Name FROM Lead' });
    const lines: string[][] = [];
    const counts: unknown[] = [];
    let locator = '';
    do {
      const page = client.send('GET', `/jobs/query/${id}/results?maxRecords=12${locator && `&locator=${locator}`}`);
      expect(page.headers['Content-Type']).toBe('text/csv');
      lines.push(String(page.body).trimEnd().split('\n'));
      counts.push(page.headers['Sforce-NumberOfRecords']);
      locator = page.headers['Sforce-Locator'] ?? '';
    } while (locator !== 'null');
    expect(lines.map((page) => [page[0], page.length])).toEqual([
      ['"Id","Owner.Name"', 13],
      ['"Id","Owner.Name"', 13],
      ['"Id","Owner.Name"', 7],
    ]);
    expect(counts).toEqual(['12', '12', '6']);
    expect(new Set(lines.flatMap((page) => page.slice(1))).size).toBe(30);
  });

  it('gives the same page for the same locator again', () => {
    const client = seeded();
    const id = client.query({ query: 'SELECT Id FROM Lead' });
    const first = client.send('GET', `/jobs/query/${id}/results?maxRecords=10`);
    const path = `/jobs/query/${id}/results?maxRecords=10&locator=${first.headers['Sforce-Locator']}`;
    expect(client.send('GET', path).body).toBe(client.send('GET', path).body);
    expect(client.send('GET', `/jobs/query/${id}/results?locator=nonsense`).status).toBe(400);
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_parallel_job_results.htm
  it('tells the addresses of five pages at once', () => {
    const client = seeded(3);
    const id = client.query({ query: 'SELECT Id FROM Lead' });
    const pages = client.json('GET', `/jobs/query/${id}/resultPages`) as { resultPages: { resultUrl: string }[] };
    expect(pages).toMatchObject({ done: true, nextRecordsUrl: null });
    expect(String(client.send('GET', pages.resultPages[0]?.resultUrl ?? '').body).split('\n')).toHaveLength(5);
  });

  it.each([
    ['COMMA', ','],
    ['TAB', '\t'],
    ['SEMICOLON', ';'],
    ['PIPE', '|'],
    ['CARET', '^'],
    ['BACKQUOTE', '`'],
  ])('sets columns apart by %s', (columnDelimiter, delimiter) => {
    const client = seeded(1);
    const id = client.query({ query: 'SELECT Id, Name FROM Lead', columnDelimiter, lineEnding: 'CRLF' });
    const [header, line] = String(client.send('GET', `/jobs/query/${id}/results`).body).split('\r\n');
    expect(header).toBe(`"Id"${delimiter}"Name"`);
    expect(line?.split(delimiter)).toHaveLength(2);
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_csv_valid_record_rows.htm
  it('writes nothing for null, Z after date-times, and numbers with decimals as doubles', () => {
    const client = new BulkClient();
    client.send('POST', '/sobjects/Lead', {
      LastName: 'Say "hi", all',
      Company: 'C',
      AnnualRevenue: 139_000_000,
      NumberOfEmployees: 30,
    });
    const fields = 'LastName, Title, AnnualRevenue, NumberOfEmployees, IsConverted, CreatedDate';
    const id = client.query({ query: `SELECT ${fields} FROM Lead` });
    const [, line] = String(client.send('GET', `/jobs/query/${id}/results`).body).split('\n');
    expect(line).toBe('"Say ""hi"", all","","1.39E8","30","false","2026-11-21T10:00:00.000Z"');
  });

  it('sees deleted records as queryAll only', () => {
    const client = seeded(2);
    const { records } = client.json('GET', '/query?q=SELECT+Id+FROM+Lead') as { records: { Id: string }[] };
    client.send('DELETE', `/sobjects/Lead/${records[0]?.Id}`);
    const counts = ['query', 'queryAll'].map((operation) => {
      const id = client.query({ operation, query: 'SELECT Id FROM Lead' });
      return client.json('GET', `/jobs/query/${id}`).numberRecordsProcessed;
    });
    expect(counts).toEqual([1, 2]);
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_create_job.htm
  it.each([
    ['SELECT COUNT() FROM Lead', 'API_ERROR'],
    ['SELECT Status, COUNT(Id) FROM Lead GROUP BY Status', 'API_ERROR'],
    ['SELECT Id FROM Lead LIMIT 1 OFFSET 1', 'API_ERROR'],
    ['SELECT Id, Address FROM Lead', 'API_ERROR'],
    ['SELECT Id, (SELECT Id FROM Contacts) FROM Account', 'API_ERROR'],
    ['SELECT Foo FROM Lead', 'INVALID_FIELD'],
    ['SELECT Id FROM', 'MALFORMED_QUERY'],
    ['', 'BAD_REQUEST'],
  ])('is refused for %s', (query, errorCode) => {
    const answer = new BulkClient().send('POST', '/jobs/query', { operation: 'query', query });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject([{ errorCode }]);
  });

  it('fails when a field has gone before it runs', () => {
    const client = new BulkClient();
    client.control('POST', '/fields', { object: 'Lead', name: 'Gone__c', type: 'string' });
    const { id } = client.json('POST', '/jobs/query', { operation: 'query', query: 'SELECT Gone__c FROM Lead' });
    client.control('DELETE', '/fields', { object: 'Lead', name: 'Gone__c' });
    client.org.clock.advance(5);
    const info = client.json('GET', `/jobs/query/${String(id)}`);
    expect(info.state).toBe('Failed');
    expect(info.errorMessage).toContain('INVALID_FIELD');
    expect(client.send('GET', `/jobs/query/${String(id)}/results`).status).toBe(400);
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_abort_job.htm
  it('can be aborted while it runs, and deleted when it is over', () => {
    const client = seeded();
    const id = String(client.json('POST', '/jobs/query', { operation: 'query', query: 'SELECT Id FROM Lead' }).id);
    expect(client.send('DELETE', `/jobs/query/${id}`).status).toBe(400);
    expect(client.json('PATCH', `/jobs/query/${id}`, { state: 'Aborted' }).state).toBe('Aborted');
    expect(client.send('PATCH', `/jobs/query/${id}`, { state: 'Aborted' }).status).toBe(400);
    expect(client.send('DELETE', `/jobs/query/${id}`).status).toBe(204);
    expect(client.send('GET', `/jobs/query/${id}`).status).toBe(404);
  });

  it('gives its results only to the version that it was created with', () => {
    const client = seeded();
    const id = client.query({ query: 'SELECT Id FROM Lead' });
    expect(client.send('GET', `/services/data/v61.0/jobs/query/${id}/results`).status).toBe(409);
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_all_jobs.htm
  it('is listed with the other jobs of its user for seven days', () => {
    const client = seeded();
    const id = client.query({ query: 'SELECT Id FROM Lead' });
    const listed = client.json('GET', '/jobs/query') as { records: { id: string }[] };
    expect(listed).toMatchObject({ done: true, records: [{ id, state: 'JobComplete', jobType: 'V2Query' }] });
    expect(new BulkClient('lockstep', client.org).json('GET', '/jobs/query')).toMatchObject({ records: [] });
    client.org.clock.advance(8 * 24 * 3600);
    expect(new BulkClient('admin', client.org).json('GET', '/jobs/query')).toMatchObject({ records: [] });
  });

  it('does not know fields that its user may not see', () => {
    const admin = seeded(1);
    admin.control('POST', '/field-access', { object: 'Lead', field: 'Title', read: false, edit: false });
    const query = { operation: 'query', query: 'SELECT Title FROM Lead' };
    const answers = [admin, new BulkClient('lockstep', admin.org)].map((client) =>
      client.send('POST', '/jobs/query', query),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    expect(answers[1]?.body).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
  });

  it('is counted as bulk requests', () => {
    const client = seeded();
    client.query({ query: 'SELECT Id FROM Lead' });
    expect(client.control('GET', '/stats').body).toMatchObject({ requests: 1, byKind: { bulk: 1 } });
  });
});
