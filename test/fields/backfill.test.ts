import { expect, test } from 'vitest';
import type { BacklogLane, Ports } from '../../lib/sync/ports/ports.ts';
import { ChangingOrg } from './changing-org.ts';

type AllPorts = Ports & BacklogLane;

/** An org whose Leads, all synced and quiet, hold a field that is about to be shown; the rows with their values. */
async function withHiddenField(leads: number, scoreOf: (n: number) => number | null) {
  const org = new ChangingOrg();
  org.addField('Lead', 'Score__c', { type: 'double', read: false });
  org.org.seed({ leads, contacts: 0, seed: 7 });
  await org.cyclesUntilDone();
  org.clock.advance(3_600_000);
  await org.goodCycle();
  const ids = org.persons.all().flatMap(({ salesforce }) => salesforce?.id ?? []);
  const values = new Map(ids.map((id, n) => [id, scoreOf(n)]));
  org.fillSilently('Lead', 'Score__c', values);
  return { org, values };
}

const missing = (org: ChangingOrg, values: ReadonlyMap<string, number | null>): string[] =>
  org.persons.all().flatMap(({ salesforce, fields }) => {
    const id = salesforce?.id ?? '';
    return (fields.Score__c ?? null) === values.get(id) ? [] : id;
  });

/** How many scans were asked for: the queries by id and the counts. */
function countScans(org: ChangingOrg): () => number {
  let scans = 0;
  org.client.hooks.before = (subrequests) => {
    const isScan = subrequests.some(({ path }) => /COUNT\(\)|ORDER BY Id LIMIT/.test(decodeURIComponent(path)));
    if (isScan) scans += 1;
  };
  return () => scans;
}

test('the backfill of one field over 50,000 persons takes the calls that it announced, five pages a cycle', async () => {
  const { org, values } = await withHiddenField(50_000, (n) => n);
  const scans = countScans(org);
  org.showField('Lead', 'Score__c', true);
  const reports = [await org.goodCycle()];
  const { jobs } = await org.status();
  expect(jobs).toMatchObject([{ announcedCalls: 26, calls: 6, rows: 10_000, expectedRows: 50_000, endedAt: null }]);
  while ((await org.status()).jobs[0]?.endedAt === null) reports.push(await org.goodCycle());
  expect(reports.map(({ backfilled }) => backfilled)).toEqual([10_000, 10_000, 10_000, 10_000, 10_000]);
  expect((await org.status()).jobs).toMatchObject([{ announcedCalls: 26, calls: 26, rows: 50_000, restarts: 0 }]);
  expect(scans()).toBe(26);
  expect(missing(org, values)).toEqual([]);
  expect(await org.goodCycle()).toMatchObject({ backfilled: 0, pulled: { Lead: 0 } });
});

test('a backfill that is killed before and after each step of each page goes on where it was and misses nothing', async () => {
  const { org, values } = await withHiddenField(6_500, (n) => n);
  const scans = countScans(org);
  org.showField('Lead', 'Score__c', true);
  // Before its messages are sent, after that, and once its progress is saved.
  const ways = [
    killedAt('backlog', 'send', 'before'),
    killedAt('state', 'saveJobs', 'before'),
    killedAt('state', 'saveJobs', 'after'),
  ];
  let kills = 0;
  for (let at = 0; (await org.status()).jobs[0]?.endedAt === null || kills === 0; at += 1) {
    const killed = ways[at % ways.length]?.(org.ports);
    const ended = await Promise.race([org.poll(killed?.ports).then(() => 'ended'), killed?.death ?? never()]);
    if (ended === 'killed') {
      kills += 1;
      org.clock.advance(900_000);
    }
    await org.merge();
    if (at > 60) throw new Error('it never ends');
  }
  expect(kills).toBeGreaterThan(6);
  const [job] = (await org.status()).jobs;
  expect(job).toMatchObject({ announcedCalls: 5, calls: 5, rows: 6_500, restarts: 0 });
  expect(scans()).toBeLessThanOrEqual(5 + kills);
  expect(missing(org, values)).toEqual([]);
});

test('a field that is shown while a backfill runs joins it; it begins again and tells so', async () => {
  const { org, values } = await withHiddenField(12_500, (n) => n);
  org.addField('Lead', 'Later__c', { type: 'double', read: false });
  org.fillSilently('Lead', 'Later__c', values);
  org.showField('Lead', 'Score__c', true);
  await org.goodCycle();
  org.showField('Lead', 'Later__c', true);
  await org.cyclesUntilDone();
  expect((await org.status()).jobs).toMatchObject([
    { fields: ['Score__c', 'Later__c'], restarts: 1, announcedCalls: 14, calls: 14, rows: 22_500 },
  ]);
  expect(missing(org, values)).toEqual([]);
  expect(org.persons.all().filter(({ fields }) => fields.Later__c !== fields.Score__c)).toEqual([]);
});

test('a field that is hidden while it is backfilled costs a describe, not the cycle, and the others go on', async () => {
  const { org, values } = await withHiddenField(4_500, (n) => n);
  org.addField('Lead', 'Other__c', { type: 'double', read: false });
  org.fillSilently('Lead', 'Other__c', values);
  org.showField('Lead', 'Score__c', true);
  org.showField('Lead', 'Other__c', true);
  let pages = 0;
  org.client.hooks.after = (subrequests) => {
    const isPage = subrequests.some(({ path }) => decodeURIComponent(path).includes('ORDER BY Id LIMIT'));
    if (isPage) pages += 1;
    if (pages === 1) org.showField('Lead', 'Other__c', false);
  };
  await org.cyclesUntilDone();
  expect(missing(org, values)).toEqual([]);
  const { jobs, schemaProblems } = await org.status();
  expect(jobs).toMatchObject([{ fields: ['Score__c'], rows: 4_500, restarts: 0 }]);
  expect(schemaProblems).toEqual([expect.stringMatching(/^Lead\.Other__c has not been visible/)]);
});

test('what both sides edit while a backfill runs is not lost to it', async () => {
  const { org, values } = await withHiddenField(4_500, (n) => n);
  const ids = [...values.keys()];
  const [there = '', here = ''] = [ids[10], ids[4_400]];
  org.showField('Lead', 'Score__c', true);
  await org.poll();
  const late = org.queue.take();
  org.update('Lead', there, { Score__c: -1 });
  await org.edit(org.personOf(here).personId, { Score__c: -2 });
  await org.goodCycle();
  await org.queue.send(late);
  await org.merge();
  await org.goodCycle();
  expect([org.value(there, 'Score__c'), org.record('Lead', there).Score__c]).toEqual([-1, -1]);
  expect([org.value(here, 'Score__c'), org.record('Lead', here).Score__c]).toEqual([-2, -2]);
  const others = new Map([...values].filter(([id]) => id !== there && id !== here));
  expect(missing(org, new Map([...others, [there, -1], [here, -2]]))).toEqual([]);
});

/** Whether what is sent are rows of a job. */
const isPartial = (args: unknown[]): boolean => JSON.stringify(args).includes('partial');

const never = (): Promise<'killed'> => new Promise(() => undefined);

/** Ports of a process that dies before or after one operation. */
function killedAt<Port extends 'backlog' | 'state'>(
  port: Port,
  method: keyof AllPorts[Port],
  when: 'before' | 'after',
) {
  return (ports: AllPorts) => {
    const { promise: death, resolve: die } = Promise.withResolvers<'killed'>();
    const dying = async (call: () => Promise<unknown>): Promise<unknown> => {
      if (when === 'after') await call();
      die('killed');
      return never();
    };
    const mortal = new Proxy(ports[port], {
      get: (target, name) => {
        const known: unknown = Reflect.get(target, name);
        if (typeof known !== 'function') return known;
        const call = known.bind(target) as (...args: unknown[]) => Promise<unknown>;
        const isStep = (args: unknown[]): boolean => name === method && (port === 'state' || isPartial(args));
        return (...args: unknown[]) => (isStep(args) ? dying(() => call(...args)) : call(...args));
      },
    });
    return { ports: { [port]: mortal } as Partial<AllPorts>, death };
  };
}
