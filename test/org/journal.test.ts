import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Org } from '../sandbox/org/create-org.ts';
import { createKeptOrg } from '../sandbox/org/kept-org.ts';
import { control, type OrgClient, ROOT, signIn } from './org-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'org-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = (): string => {
  files += 1;
  return join(folder, `${files}.jsonl`);
};

const SEED = { leads: 6, contacts: 3, seed: 7 };

/** Everything of an org that an administrator sees, stamps included. */
function contents(org: Org): unknown {
  const admin = signIn(org, 'admin');
  const rows = (object: string) => admin.queryAll(`SELECT FIELDS(ALL) FROM ${object} ORDER BY Id LIMIT 200`);
  return [rows('Lead'), rows('Contact'), admin.get('/sobjects/Lead/describe').body];
}

/** What sales and administrators do in a day: all kinds of writes, faults by chance, time that passes. */
function aDay(org: Org, client: OrgClient): void {
  control(org, 'POST fields', { object: 'Lead', name: 'Score__c', type: 'double', precision: 5, scale: 2 });
  const ids = [1, 2, 3, 4].map((at) => client.lead({ LastName: `L${at}`, Score__c: at / 3 }));
  control(org, 'POST clock', { advanceSeconds: 3600 });
  control(org, 'POST faults', { kind: 'lockRow', probability: 0.5 });
  for (const [at, id] of ids.entries()) client.patch(`/sobjects/Lead/${id}`, { Title: `T${at}` });
  client.get(`/sobjects/Lead/${ids[0]}`);
  control(org, 'DELETE faults', {});
  client.patch('/composite/sobjects', {
    allOrNone: false,
    records: ids.map((id) => ({ attributes: { type: 'Lead' }, Id: id, Company: 'Engines' })),
  });
  control(org, 'POST merge', { object: 'Lead', masterId: ids[0], loserIds: [ids[1]] });
  control(org, 'POST convert', { leadId: ids[2] });
  client.delete(`/sobjects/Lead/${ids[3]}`);
}

it('makes the same org again, with its records, stamps, fields and sessions', () => {
  const file = newFile();
  const org = createKeptOrg(file, SEED);
  const client = signIn(org);
  aDay(org, client);
  const before = contents(org);
  const again = createKeptOrg(file, { leads: 99, contacts: 99, seed: 1 });
  expect(contents(again)).toEqual(before);
  // The faults that struck by chance have struck alike, and what comes next is the same too.
  expect(signIn(again).lead({ LastName: 'Next' })).toBe(signIn(org).lead({ LastName: 'Next' }));
});

it('knows a token that was given before', () => {
  const file = newFile();
  const org = createKeptOrg(file, undefined);
  const client = signIn(org);
  const id = client.lead();
  const token = readFileSync(file, 'utf8').match(/Bearer ([^"]+)/)?.[1];
  const again = createKeptOrg(file, undefined);
  const headers = { authorization: `Bearer ${token}` };
  expect(again.handle({ method: 'GET', path: `${ROOT}/sobjects/Lead/${id}`, headers }).status).toBe(200);
});

it('has sessions live for as long as reads had them live', () => {
  const file = newFile();
  const org = createKeptOrg(file, undefined);
  const client = signIn(org);
  const id = client.lead({ LastName: 'One' });
  for (let hour = 0; hour < 4; hour += 1) {
    client.get(`/sobjects/Lead/${id}`);
    control(org, 'POST clock', { advanceSeconds: 5400 });
  }
  client.patch(`/sobjects/Lead/${id}`, { Title: 'in time' });
  control(org, 'POST clock', { advanceSeconds: 3 * 3600 });
  client.patch(`/sobjects/Lead/${id}`, { Title: 'too late' });
  const again = createKeptOrg(file, undefined);
  expect(signIn(again).get(`/sobjects/Lead/${id}`).body.Title).toBe('in time');
});

it('keeps nothing of what only reads', () => {
  const file = newFile();
  const client = signIn(createKeptOrg(file, SEED));
  const size = readFileSync(file).length;
  client.query('SELECT Id FROM Lead');
  client.get('/sobjects/Lead/describe');
  client.post('/composite', {
    compositeRequest: [{ method: 'GET', url: `${ROOT}/query?q=SELECT+Id+FROM+Lead`, referenceId: 'a' }],
  });
  expect(readFileSync(file).length).toBe(size);
});

it('goes on from what was whole where the process ended within a line', () => {
  const file = newFile();
  const id = signIn(createKeptOrg(file, undefined)).lead({ LastName: 'Whole' });
  appendFileSync(file, '{"at":1,"n":99,"request":{"method":"DEL');
  const again = createKeptOrg(file, undefined);
  signIn(again).patch(`/sobjects/Lead/${id}`, { Title: 'CTO' });
  const third = createKeptOrg(file, undefined);
  expect(signIn(third).get(`/sobjects/Lead/${id}`).body).toMatchObject({ LastName: 'Whole', Title: 'CTO' });
});
