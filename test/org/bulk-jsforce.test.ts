import { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';

let org: Org;
let connection: Connection;

beforeAll(async () => {
  org = createOrg();
  const url = await org.listen(0);
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'admin', client_secret: 'admin' });
  const token = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body });
  const { access_token: accessToken } = (await token.json()) as { access_token: string };
  connection = new Connection({ instanceUrl: url, accessToken, version: '62.0' });
  connection.bulk2.pollInterval = 50;
  connection.bulk2.pollTimeout = 10_000;
});

afterAll(() => org.close());

describe('jsforce bulk2', () => {
  it('loads records and tells which failed', async () => {
    const input = [
      { LastName: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@example.com' },
      { LastName: 'Hopper', Company: 'Navy', Email: 'nonsense' },
    ];
    const results = await connection.bulk2.loadAndWaitForResults({ object: 'Lead', operation: 'insert', input });
    expect(results.successfulResults).toMatchObject([{ sf__Created: 'true', LastName: 'Lovelace' }]);
    expect(results.failedResults).toMatchObject([{ LastName: 'Hopper' }]);
    expect(results.failedResults[0]?.sf__Error).toContain('INVALID_EMAIL_ADDRESS');
    expect(results.unprocessedRecords).toEqual([]);
  });

  it('queries records back', async () => {
    const stream = await connection.bulk2.query(
      "SELECT Id, LastName, CreatedDate FROM Lead WHERE Company = 'Analytical Engines'",
    );
    expect(await stream.toArray()).toMatchObject([{ LastName: 'Lovelace' }]);
  });

  // jsforce pipes every result page into one CSV parser, and the next page before the last has been parsed: headers
  // come out as records, or pages mix in the middle of a line. One page of results is all that it can be trusted with.
  it('reads the header of a second page as data', async () => {
    org.seed({ leads: 50_010, contacts: 0, seed: 1 });
    const stream = await connection.bulk2.query('SELECT Id FROM Lead');
    const outcome = await stream.toArray().then(
      (records) => (records as { Id: string }[]).filter(({ Id }) => Id === 'Id').length,
      (error: Error) => error.message,
    );
    expect(outcome === 1 || String(outcome).includes('Invalid Closing Quote')).toBe(true);
  });
});
