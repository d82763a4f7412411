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

  // jsforce puts every result page through one CSV parser: the headers of later pages come out as records. It also
  // begins to feed a page before the last one has been parsed, which mixes them where the network has no latency.
  it('takes the header of each further page for a record', async () => {
    org.seed({ leads: 50_010, contacts: 0, seed: 1 });
    org.state.faults.add({ kind: 'slow', match: '/results\\?locator=', milliseconds: 1_500 });
    const stream = await connection.bulk2.query('SELECT Id FROM Lead');
    const records = (await stream.toArray()) as { Id: string }[];
    expect(records.filter(({ Id }) => Id === 'Id')).toHaveLength(1);
    expect(new Set(records.map(({ Id }) => Id)).size).toBe(50_012);
  });
});
