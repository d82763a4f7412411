import { setTimeout as sleep } from 'node:timers/promises';
import { checkDocumented } from '../clients/documented-answers.ts';
import { connectOrg, type OrgClient, type OrgRecord } from '../clients/org-client.ts';
import { type PersonApiClient, type PersonView, personApiClient } from '../clients/person-api-client.ts';
import type { Sandbox } from '../start-sandbox.ts';

/** A seeded Lead or Contact that no step has touched, and its person. */
export interface Actor {
  readonly object: 'Lead' | 'Contact';
  readonly recordId: string;
  readonly personId: string;
  readonly name: string;
  readonly email: string;
}

/** What the steps act on: both HTTP APIs, and the beat. */
export interface Stage {
  readonly api: PersonApiClient;
  /** As the administrator, who sees and edits every field. */
  readonly org: OrgClient;
  /** Runs one cycle and waits until everything that it handed out is done. */
  cycle(): Promise<void>;
  /** Waits for the end of the cycle that the schedule itself began with. */
  firstCycle(): Promise<void>;
  /** The next seeded record that no step has touched. */
  next(object: Actor['object']): Promise<Actor>;
  /** The record and the person of an actor as they are now. */
  look(actor: Actor): Promise<{ readonly record: OrgRecord; readonly person: PersonView }>;
  tell(line: string): void;
}

/** No step takes nearly as long. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 20;

/** The poll reads only seconds that are surely over: the org is well past them when it looks. */
const PAST_THE_LAG_SECONDS = 10;

/** The stage of a sandbox whose schedule fires once and then rests. */
export async function openStage(sandbox: Sandbox, signal: AbortSignal, tell: Stage['tell']): Promise<Stage> {
  const api = personApiClient(sandbox.apiUrl, checkDocumented);
  const org = await connectOrg(sandbox.orgUrl, 'admin');
  const until = (what: string, holds: () => Promise<boolean>) => untilItHolds(what, holds, signal);
  const queueEmpty = () => until('the queue is empty', async () => (await api.status()).backlog.messages === 0);
  const taken = { Lead: 0, Contact: 0 };
  return {
    api,
    org,
    tell,
    cycle: async () => {
      signal.throwIfAborted();
      await org.control('POST clock', { advanceSeconds: PAST_THE_LAG_SECONDS });
      await poll(sandbox);
      await queueEmpty();
      await mustBeComplete(api);
    },
    firstCycle: async () => {
      await until('the first cycle is over', async () => (await api.status()).lastCycle !== null);
      await queueEmpty();
      await mustBeComplete(api);
    },
    next: async (object) => {
      const records = await org.query(
        `SELECT Id, Name, Email FROM ${object} ORDER BY Id LIMIT 1 OFFSET ${taken[object]}`,
      );
      taken[object] += 1;
      return actorOf(api, object, records[0]);
    },
    look: async ({ object, recordId, personId }) => {
      const [record, person] = await Promise.all([org.record(object, recordId), api.person(personId)]);
      return { record, person };
    },
  };
}

async function poll(sandbox: Sandbox): Promise<void> {
  const { outcome, payload } = await sandbox.runtime.invoke('Poll', {});
  if (outcome !== 'success' || JSON.parse(payload) !== 'cycle') throw new Error(`the poll ended with ${payload}`);
}

async function mustBeComplete(api: PersonApiClient): Promise<void> {
  const { lastCycle } = await api.status();
  if (lastCycle?.outcome !== 'complete') throw new Error(`the last cycle ended as ${lastCycle?.outcome}`);
}

async function actorOf(api: PersonApiClient, object: Actor['object'], record?: OrgRecord): Promise<Actor> {
  if (record === undefined) throw new Error(`every seeded ${object} has been used: seed more`);
  const email = String(record.Email);
  const [person] = await api.personsWithEmail(email);
  if (person === undefined) throw new Error(`there is no person with the email ${email}`);
  return { object, recordId: record.Id, personId: person.personId, name: String(record.Name), email };
}

async function untilItHolds(what: string, holds: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
}
