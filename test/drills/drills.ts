import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { eventually } from '../integration/running-sandbox.ts';
import type { WatchedSandbox } from './watched-sandbox.ts';

/** One cause that alarms stand for: made, explained, ended by the runbook's step, and nothing lost by it. */
export interface Drill {
  readonly cause: string;
  /** The alarms that it sets off, by their runbook entries. */
  readonly alarms: readonly string[];
  make(sandbox: WatchedSandbox): Promise<void>;
  /** What the product itself says of it while the alarms fire. */
  explained(sandbox: WatchedSandbox): Promise<void>;
  /** The step of the runbook. */
  end(sandbox: WatchedSandbox): Promise<void>;
  /** Nothing was lost. */
  after?(sandbox: WatchedSandbox): Promise<void>;
}

const COMPOSITE = '/composite$';

const fault = ({ admin }: WatchedSandbox, kind: string, further: object = {}) =>
  admin.control('POST faults', { kind, match: COMPOSITE, ...further });
const noFaults = ({ admin }: WatchedSandbox) => admin.control('DELETE faults');

const access = ({ admin }: WatchedSandbox, field: string, allowed: boolean) =>
  admin.control('POST field-access', { object: 'Lead', field, read: allowed, edit: allowed });

async function leadIds({ admin }: WatchedSandbox, count: number): Promise<readonly string[]> {
  const rows = await admin.query(`SELECT Id FROM Lead WHERE IsConverted = false ORDER BY Id LIMIT ${count}`);
  return rows.map(({ Id }) => Id);
}

const refresh = (ids: readonly string[]) => {
  return { kind: 'refresh', type: 'Lead', queuedAt: new Date().toISOString(), known: true, ids };
};

function secretOf(loginUrl: string, clientSecret: string): string {
  return JSON.stringify({ loginUrl, clientId: 'lockstep', clientSecret });
}

async function firstLeadsPerson(sandbox: WatchedSandbox): Promise<string> {
  const { body } = await sandbox.api.send(`GET /persons?salesforceId=${(await leadIds(sandbox, 1))[0]}`);
  return (body as PersonsPage).persons[0]?.personId ?? '';
}

/** A Lead's title, and its person's, become this. */
const inStep = ({ api }: WatchedSandbox, rowId: string, title: string) =>
  eventually(async () => {
    const answer = await api.send(`GET /persons?salesforceId=${rowId}`);
    const { persons } = answer.body as {
      readonly persons: readonly { readonly fields: { readonly Title?: string } }[];
    };
    return persons[0]?.fields.Title === title;
  });

const NEWCOMER = { Email: 'newcomer@example.com', LastName: 'Newcomer', Company: 'Example' };

const RULE = { name: 'NoBots', errorWhen: "Title = 'Bot'", message: 'no bots', field: 'Title' };
const OBJECTS = ['Lead', 'Contact'] as const;

/** Persons that the surge of rejections takes. */
const MANY = 110;

let surge: readonly string[] = [];

export const DRILLS: readonly Drill[] = [
  {
    cause: 'Salesforce is down',
    alarms: ['NoCycle', 'PullLag'],
    async make(sandbox) {
      await fault(sandbox, 'unavailable');
      const [lead = ''] = await leadIds(sandbox, 1);
      await sandbox.admin.update('Lead', lead, { Title: 'Edited while down' });
    },
    async explained({ api }) {
      const { lastCycle, lastSuccessAt } = await api.status();
      expect(lastCycle).toMatchObject({ outcome: 'failed', error: { code: expect.stringMatching(/\w/) } });
      expect(lastCycle?.error?.failuresInARow).toBeGreaterThan(2);
      expect(Date.parse(lastSuccessAt ?? '')).toBeLessThan(Date.parse(lastCycle?.startedAt ?? ''));
    },
    end: async (sandbox) => void (await noFaults(sandbox)),
    async after(sandbox) {
      const [lead = ''] = await leadIds(sandbox, 1);
      await inStep(sandbox, lead, 'Edited while down');
    },
  },
  {
    cause: 'a job in Salesforce keeps the records locked',
    alarms: ['PushLag'],
    async make(sandbox) {
      await fault(sandbox, 'lockRow', { match: '' });
      await sandbox.api.edit(await firstLeadsPerson(sandbox), { Title: 'Locked out' });
    },
    async explained(sandbox) {
      expect((await sandbox.api.status()).lag.pushSeconds).toBeGreaterThan(0);
      const { body } = await sandbox.api.send(`GET /persons/${await firstLeadsPerson(sandbox)}/sync`);
      expect(body).toMatchObject({
        status: 'pending',
        waiting: [{ field: 'Title', reason: expect.stringMatching(/\w/) }],
      });
    },
    end: async (sandbox) => void (await noFaults(sandbox)),
    async after({ api, admin }) {
      await eventually(async () => (await admin.query("SELECT Id FROM Lead WHERE Title = 'Locked out'")).length > 0);
      expect((await api.status()).lag.pushSeconds).toBe(0);
    },
  },
  {
    cause: 'the field that holds the key is hidden',
    alarms: ['Configuration', 'MissingPermissions'],
    async make(sandbox) {
      await access(sandbox, 'Person_Id__c', false);
      expect(await sandbox.api.syncPerson(NEWCOMER)).toMatchObject({ kind: 'problem', status: 503 });
    },
    async explained({ api }) {
      expect((await api.status()).schemaProblems.join()).toContain('Lead.Person_Id__c is not visible');
    },
    end: async (sandbox) => void (await access(sandbox, 'Person_Id__c', true)),
    async after({ api, admin }) {
      await eventually(async () => (await api.syncPerson(NEWCOMER)).kind === 'synced');
      expect(await admin.query("SELECT Id FROM Lead WHERE Email = 'newcomer@example.com'")).toHaveLength(1);
    },
  },
  {
    cause: 'the secret has been overwritten with a wrong one',
    alarms: ['Configuration', 'NoCycle'],
    async make({ sandbox }) {
      sandbox.setSecret(secretOf(sandbox.orgUrl, 'wrong'));
      // A function that runs keeps the secret for a quarter of an hour.
      for (const name of ['Poll', 'Merge', 'SyncPerson']) sandbox.runtime.crash(name);
    },
    async explained({ api }) {
      const error = { code: 'CONFIGURATION', message: expect.stringContaining('refused the credentials') };
      expect((await api.status()).lastCycle).toMatchObject({ outcome: 'failed', error });
    },
    async end({ sandbox, queues }) {
      sandbox.setSecret(secretOf(sandbox.orgUrl, 'lockstep'));
      await queues.purge(queues.missedPolls);
    },
    async after(sandbox) {
      const [lead = ''] = await leadIds(sandbox, 1);
      await sandbox.admin.update('Lead', lead, { Title: 'After the secret' });
      await inStep(sandbox, lead, 'After the secret');
    },
  },
  {
    cause: 'the table is throttled',
    alarms: ['NoCycle', 'FunctionErrors', 'MissedPolls'],
    async make(sandbox) {
      sandbox.tables.throttle(true);
      const [lead = ''] = await leadIds(sandbox, 1);
      await sandbox.admin.update('Lead', lead, { Title: 'While throttled' });
    },
    async explained({ api }) {
      const { status, body } = await api.send('GET /persons?limit=1');
      expect([status, body]).toEqual([503, expect.objectContaining({ type: '/problems/store-unavailable' })]);
    },
    async end({ tables, queues }) {
      tables.throttle(false);
      await queues.purge(queues.missedPolls);
    },
    async after(sandbox) {
      const [lead = ''] = await leadIds(sandbox, 1);
      await inStep(sandbox, lead, 'While throttled');
    },
  },
  {
    cause: "the org's daily calls are nearly used up",
    alarms: ['ApiLimit'],
    async make({ admin, api }) {
      const used = (await api.status()).apiUsage?.used ?? 0;
      await admin.control('POST limits', { dailyRequests: Math.ceil((used + 20) / 0.77) });
    },
    async explained({ api }) {
      const { used = 0, max = 1 } = (await api.status()).apiUsage ?? {};
      expect(used / max).toBeGreaterThan(0.7);
    },
    end: async ({ admin }) => void (await admin.control('POST limits', { dailyRequests: 100_000 })),
  },
  {
    cause: 'a validation rule refuses what many persons hold',
    alarms: ['RejectionSurge'],
    async make(sandbox) {
      const { admin, api } = sandbox;
      for (const object of OBJECTS) await admin.control('POST validation-rules', { object, ...RULE });
      surge = await syncedPersons(sandbox, MANY);
      for (const personId of surge) await api.edit(personId, { Title: 'Bot' });
    },
    async explained({ api }) {
      const rejected = await eventually(async () => {
        const found = await api.rejections();
        return found.length >= 100 && found;
      });
      expect(rejected[0]?.sync.rejection).toMatchObject({ message: 'no bots', fields: ['Title'] });
    },
    async end({ admin, api }) {
      for (const object of OBJECTS) await admin.control('DELETE validation-rules', { object, name: RULE.name });
      for (const personId of surge) await api.edit(personId, { Title: 'Robot' });
    },
    async after({ api, admin }) {
      await eventually(async () => (await api.rejections()).length === 0);
      await eventually(async () => {
        const leads = await admin.query("SELECT Id FROM Lead WHERE Title = 'Robot'");
        const contacts = await admin.query("SELECT Id FROM Contact WHERE Title = 'Robot'");
        return leads.length + contacts.length === surge.length;
      });
    },
  },
  {
    cause: 'a sharing rule hides most records from the sync user',
    alarms: ['ReconciliationHeld'],
    async make(sandbox) {
      await share(sandbox, false);
      await sandbox.api.reconcile(false);
    },
    async explained({ api }) {
      expect((await api.status()).reconciliation.last).toMatchObject({ held: true });
    },
    async end(sandbox) {
      await share(sandbox, true);
      await sandbox.api.reconcile(false);
    },
    async after({ api }) {
      expect((await api.status()).reconciliation.last).toMatchObject({ held: false, missing: 0 });
    },
  },
  {
    cause: 'a message fails every try',
    alarms: ['DeadLetters'],
    // An outage costs a message no try: only a message that is wrong by itself ends here.
    async make({ queues }) {
      await queues.deliverAtMost(1);
      await queues.send({ kind: 'addedByANewerVersion', queuedAt: new Date().toISOString() });
    },
    async explained({ api }) {
      await eventually(async () => (await api.status()).backlog.deadLetters > 0);
    },
    async end({ queues }) {
      await queues.purge(queues.deadLetters);
      await queues.deliverAtMost(5);
    },
    async after({ api }) {
      await eventually(async () => {
        const { messages, deadLetters } = (await api.status()).backlog;
        return messages + deadLetters === 0;
      });
    },
  },
  {
    cause: 'the merge is not run while rows wait to be read',
    alarms: ['QueueLag', 'BacklogLag'],
    async make(sandbox) {
      sandbox.sandbox.runtime.throttle('Merge', true);
      for (const id of await leadIds(sandbox, 20)) {
        for (const lane of sandbox.queues.lanes) await sandbox.queues.send(refresh([id]), lane);
      }
    },
    async explained({ api }) {
      expect((await api.status()).backlog.messages).toBeGreaterThan(0);
    },
    end: async ({ sandbox: { runtime } }) => runtime.throttle('Merge', false),
    async after({ api }) {
      await eventually(async () => (await api.status()).backlog.messages === 0);
    },
  },
  {
    cause: 'the poll function dies in the middle of its cycles',
    alarms: ['MissedPolls', 'FunctionErrors'],
    async make(sandbox) {
      await fault(sandbox, 'slow', { milliseconds: 2_000 });
      const {
        watch,
        sandbox: { runtime },
      } = sandbox;
      while (watch.states().get('FunctionErrors') !== 'ALARM') {
        await sleep(500);
        runtime.crash('Poll');
      }
    },
    async explained({ api }) {
      expect((await api.status()).backlog.missedPolls).toBeGreaterThan(0);
    },
    async end(sandbox) {
      await noFaults(sandbox);
      await sandbox.queues.purge(sandbox.queues.missedPolls);
    },
    async after({ api }) {
      await eventually(async () => (await api.status()).lastCycle?.outcome === 'complete');
    },
  },
  {
    cause: 'the account has no concurrency left',
    alarms: ['FunctionThrottles'],
    async make(sandbox) {
      const {
        watch,
        sandbox: { runtime, apiUrl },
      } = sandbox;
      // The gateway answers by itself.
      runtime.throttle('Persons', true);
      while (watch.states().get('FunctionThrottles') !== 'ALARM') {
        expect((await fetch(`${apiUrl}/persons?limit=1`)).status).toBe(503);
        await sleep(100);
      }
    },
    explained: async () => undefined,
    end: async ({ sandbox: { runtime } }) => runtime.throttle('Persons', false),
    async after({ api }) {
      expect((await api.send('GET /persons?limit=1')).status).toBe(200);
    },
  },
];

interface PersonsPage {
  readonly persons: readonly { readonly personId: string }[];
  readonly cursor: string | null;
}

async function syncedPersons({ api }: WatchedSandbox, count: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null && found.length < count; ) {
    const { body } = await api.send(`GET /persons?status=synced&limit=50&cursor=${encodeURIComponent(cursor)}`);
    const page = body as PersonsPage;
    found.push(...page.persons.map(({ personId }) => personId));
    ({ cursor } = page);
  }
  expect(found.length).toBeGreaterThanOrEqual(count);
  return found.slice(0, count);
}

async function share(sandbox: WatchedSandbox, visible: boolean): Promise<void> {
  const hidden = (await leadIds(sandbox, 2000)).slice(0, 120);
  for (const id of hidden) await sandbox.admin.control('POST sharing', { object: 'Lead', id, visible });
}
