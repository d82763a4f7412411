import { describe, expect, it } from 'vitest';
import { BulkClient } from './bulk-client.ts';

const INSERT = { operation: 'insert', object: 'Lead' };

function leads(count: number): string {
  const lines = Array.from({ length: count }, (_, n) => `Person ${n},Company ${n},p${n}@example.com`);
  return ['LastName,Company,Email', ...lines, ''].join('\n');
}

function idsOf(client: BulkClient): string[] {
  const { records } = client.json('GET', '/query?q=SELECT+Id+FROM+Lead+ORDER+BY+Id') as { records: { Id: string }[] };
  return records.map(({ Id }) => Id);
}

function lead(client: BulkClient, id: string): Record<string, unknown> {
  return client.json('GET', `/sobjects/Lead/${id}`);
}

// https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_understanding_bulk2_ingest.htm
describe('a Bulk API 2.0 ingest job', () => {
  it('is created open, with the address for its data', () => {
    const client = new BulkClient();
    const job = client.json('POST', '/jobs/ingest', { ...INSERT, lineEnding: 'CRLF', columnDelimiter: 'PIPE' });
    expect(job).toMatchObject({
      operation: 'insert',
      object: 'Lead',
      state: 'Open',
      apiVersion: 62,
      contentUrl: `services/data/v62.0/jobs/ingest/${String(job.id)}/batches`,
      lineEnding: 'CRLF',
      columnDelimiter: 'PIPE',
    });
  });

  it('inserts records once it is closed', () => {
    const client = new BulkClient();
    const { id, info } = client.ingest(INSERT, leads(3));
    expect(info).toMatchObject({
      state: 'JobComplete',
      jobType: 'V2Ingest',
      numberRecordsProcessed: 3,
      numberRecordsFailed: 0,
    });
    const [first] = idsOf(client);
    expect(client.results(id, 'successfulResults').split('\n').slice(0, 2)).toEqual([
      '"sf__Id","sf__Created","LastName","Company","Email"',
      `"${first}","true","Person 0","Company 0","p0@example.com"`,
    ]);
    expect(client.results(id, 'failedResults')).toBe('"sf__Id","sf__Error","LastName","Company","Email"\n');
    expect(client.results(id, 'unprocessedrecords')).toBe('"LastName","Company","Email"\n');
  });

  it('runs batches of 10,000 records, five at once, as the clock of the org moves', () => {
    const client = new BulkClient();
    const id = String(client.json('POST', '/jobs/ingest', INSERT).id);
    client.send('PUT', `/jobs/ingest/${id}/batches`, leads(60_000), { 'content-type': 'text/csv' });
    client.send('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' });
    const processed = [0, 0.1, 0.1, 0.1].map((seconds) => {
      client.org.clock.advance(seconds);
      const { state, numberRecordsProcessed } = client.json('GET', `/jobs/ingest/${id}`);
      return [state, numberRecordsProcessed];
    });
    expect(processed).toEqual([
      ['UploadComplete', 0],
      ['InProgress', 0],
      ['InProgress', 50_000],
      ['JobComplete', 60_000],
    ]);
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/get_job_failed_results.htm
  it('tells for each failed record its id, its error and its data', () => {
    const client = new BulkClient();
    const rows = [
      'LastName,Company,Email,NumberOfEmployees',
      ',Acme,,',
      'Ada,Acme,nonsense,',
      'Ada,Acme,,many',
      'Ada,Acme,,7',
      '',
    ];
    const { id, info } = client.ingest(INSERT, rows.join('\n'));
    expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 4, numberRecordsFailed: 3 });
    expect(client.results(id, 'failedResults').trimEnd().split('\n').slice(1)).toEqual([
      '"","REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --","","Acme","",""',
      '"","INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --","Ada","Acme","nonsense",""',
      `"","INVALID_FIELD:Failed to deserialize field at col 3. Due to, 'many' is not a valid value for the type xsd:int:NumberOfEmployees --","Ada","Acme","","many"`,
    ]);
  });

  // As quoted in https://github.com/SFDO-Tooling/Snowfakery/issues/793
  it.each([
    ['datetime', '2018-09-28', 'xsd:dateTime'],
    ['date', '6/15/19', 'xsd:date'],
  ])('tells the column, from 0, of a %s that cannot be read', (type, value, soapType) => {
    const client = new BulkClient();
    client.control('POST', '/fields', { object: 'Lead', name: 'At__c', type });
    const { id } = client.ingest(INSERT, `At__c,LastName,Company\n${value},Ada,Acme\n`);
    const error = `INVALID_FIELD:Failed to deserialize field at col 0. Due to, '${value}' is not a valid value for the type ${soapType}:At__c --`;
    expect(client.results(id, 'failedResults')).toContain(error);
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_csv_valid_record_rows.htm
  it('updates: empty values change nothing, #N/A sets null, true has many names', () => {
    const client = new BulkClient();
    client.ingest(INSERT, 'LastName,Company,Title,Phone\nAda,Acme,CTO,123\n');
    const [id = ''] = idsOf(client);
    const data = `Id,Title,Phone,HasOptedOutOfEmail\n${id.slice(0, 15)},,#N/A,yes\n`;
    const { info } = client.ingest({ operation: 'update', object: 'Lead' }, data);
    expect(info).toMatchObject({ numberRecordsProcessed: 1, numberRecordsFailed: 0 });
    expect(lead(client, id)).toMatchObject({ Title: 'CTO', Phone: null, HasOptedOutOfEmail: true });
  });

  it('reads quoted values with delimiters, quotes and line ends in them', () => {
    const client = new BulkClient();
    const job = { ...INSERT, columnDelimiter: 'SEMICOLON', lineEnding: 'CRLF' };
    client.ingest(job, 'LastName;Company;Street\r\n"O""Neil;Jr";Acme;"1 Main St\r\nFloor 2"\r\n');
    const [id = ''] = idsOf(client);
    expect(lead(client, id)).toMatchObject({ LastName: 'O"Neil;Jr', Street: '1 Main St\r\nFloor 2' });
  });

  it('upserts by an external id', () => {
    const client = new BulkClient();
    const job = { operation: 'upsert', object: 'Lead', externalIdFieldName: 'Person_Id__c' };
    client.ingest(job, 'Person_Id__c,LastName,Company\np1,Ada,Acme\n');
    const { id } = client.ingest(job, 'Person_Id__c,LastName,Company\np1,Lovelace,Acme\np2,Grace,Navy\n');
    const results = client.results(id, 'successfulResults').trimEnd().split('\n').slice(1);
    expect(results.map((line) => line.split(',')[1])).toEqual(['"false"', '"true"']);
    expect(idsOf(client)).toHaveLength(2);
  });

  it('deletes by id', () => {
    const client = new BulkClient();
    client.ingest(INSERT, leads(2));
    const [id] = idsOf(client);
    const { info } = client.ingest({ operation: 'delete', object: 'Lead' }, `Id\n${id}\n${id}\n`);
    expect(info).toMatchObject({ numberRecordsProcessed: 2, numberRecordsFailed: 1 });
    expect(idsOf(client)).toHaveLength(1);
  });

  it.each([
    ['a column that is no field', {}, 'LastName,Foo\nAda,1\n', 'InvalidBatch : Field name not found : Foo'],
    [
      'the wrong line ending',
      {},
      'LastName,Company\r\nAda,Acme\r\n',
      'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
    ],
    [
      'the wrong delimiter',
      { columnDelimiter: 'TAB' },
      'LastName,Company\nAda,Acme\n',
      'InvalidBatch : Field name not found : LastName,Company',
    ],
    ['no records', {}, 'LastName,Company\n', 'InvalidBatch : Records not found'],
  ])('fails as a whole for %s', (_, differences, data, errorMessage) => {
    const client = new BulkClient();
    const { id, info } = client.ingest({ ...INSERT, ...differences }, data);
    expect(info).toMatchObject({ state: 'Failed', errorMessage, numberRecordsProcessed: 0 });
    expect(client.results(id, 'unprocessedrecords').includes('Ada')).toBe(data.includes('Ada'));
  });

  it('does not know fields that its user may not see, and refuses those that the user may not edit', () => {
    const admin = new BulkClient();
    admin.control('POST', '/field-access', { object: 'Lead', field: 'Title', read: false, edit: false });
    admin.control('POST', '/field-access', { object: 'Lead', field: 'Phone', read: true, edit: false });
    const user = new BulkClient('lockstep', admin.org);
    const hidden = user.ingest(INSERT, 'LastName,Company,Title\nAda,Acme,CTO\n');
    expect(hidden.info).toMatchObject({ errorMessage: 'InvalidBatch : Field name not found : Title' });
    const readOnly = user.ingest(INSERT, 'LastName,Company,Phone\nAda,Acme,123\n');
    expect(user.results(readOnly.id, 'failedResults')).toContain('INVALID_FIELD_FOR_INSERT_UPDATE');
  });

  it('leaves records unprocessed that it was aborted before', () => {
    const client = new BulkClient();
    const id = String(client.json('POST', '/jobs/ingest', INSERT).id);
    client.send('PUT', `/jobs/ingest/${id}/batches`, leads(2), { 'content-type': 'text/csv' });
    client.send('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' });
    expect(client.json('PATCH', `/jobs/ingest/${id}`, { state: 'Aborted' }).state).toBe('Aborted');
    client.org.clock.advance(60);
    expect(client.results(id, 'unprocessedrecords').trimEnd().split('\n')).toHaveLength(3);
    expect(idsOf(client)).toEqual([]);
    expect(client.send('DELETE', `/jobs/ingest/${id}`).status).toBe(204);
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/upload_job_data.htm
  it('takes one upload, of at most 150 MB in base64', () => {
    const client = new BulkClient();
    const id = String(client.json('POST', '/jobs/ingest', INSERT).id);
    const put = (data: string): number =>
      client.send('PUT', `/jobs/ingest/${id}/batches`, data, { 'content-type': 'text/csv' }).status;
    expect(put('x'.repeat(112.5 * 1024 * 1024 + 1))).toBe(413);
    expect([put(leads(1)), put(leads(1))]).toEqual([201, 201]);
    expect(client.json('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' })).toMatchObject([
      { errorCode: 'INVALIDJOB' },
    ]);
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/walkthrough_multipart_insert.htm
  it('may come with its data in one multipart request', () => {
    const client = new BulkClient();
    const part = (name: string, type: string, text: string): string =>
      `--XX\r\nContent-Type: ${type}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
    const body = `${part('job', 'application/json', JSON.stringify(INSERT))}${part('content', 'text/csv', leads(2))}--XX--\r\n`;
    const answer = client.send('POST', '/jobs/ingest', body, { 'content-type': 'multipart/form-data; boundary=XX' });
    expect(answer.body).toMatchObject({ state: 'UploadComplete' });
    client.org.clock.advance(60);
    expect(idsOf(client)).toHaveLength(2);
  });

  it('meets locked rows where the fault says so', () => {
    const client = new BulkClient();
    client.ingest(INSERT, leads(2));
    const ids = idsOf(client);
    client.control('POST', '/faults', { kind: 'lockRow', times: 1, match: 'jobs/ingest' });
    const { id, info } = client.ingest(
      { operation: 'update', object: 'Lead' },
      `Id,Title\n${ids.join(',CTO\n')},CTO\n`,
    );
    expect(info).toMatchObject({ numberRecordsProcessed: 2, numberRecordsFailed: 1 });
    expect(client.results(id, 'failedResults')).toContain('UNABLE_TO_LOCK_ROW:unable to obtain exclusive access');
  });

  // https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm
  it('uses up daily limits, as query jobs do', () => {
    const client = new BulkClient();
    client.ingest(INSERT, leads(10_001));
    client.query({ query: 'SELECT Id FROM Lead' });
    const limits = (): unknown[] => {
      const { DailyBulkApiBatches: batches, DailyBulkV2QueryJobs: jobs } = client.json('GET', '/limits');
      return [batches, jobs];
    };
    expect(limits()).toEqual([
      { Max: 15_000, Remaining: 14_998 },
      { Max: 10_000, Remaining: 9_999 },
    ]);
  });

  it.each([
    [{ operation: 'insert', object: 'Nothing' }, 'INVALIDENTITY'],
    [{ operation: 'merge', object: 'Lead' }, 'BAD_REQUEST'],
    [{ operation: 'upsert', object: 'Lead' }, 'INVALIDJOB'],
    [{ operation: 'upsert', object: 'Lead', externalIdFieldName: 'Title' }, 'INVALIDJOB'],
    [{ operation: 'insert', object: 'Lead', contentType: 'JSON' }, 'BAD_REQUEST'],
    [{ operation: 'insert', object: 'Lead', columnDelimiter: ',' }, 'BAD_REQUEST'],
  ])('is refused for %j', (job, errorCode) => {
    const answer = new BulkClient().send('POST', '/jobs/ingest', job);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject([{ errorCode }]);
  });
});
