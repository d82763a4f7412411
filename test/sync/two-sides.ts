import type { Activity } from '../../lib/person/activity.ts';
import type { Fields, FieldValue } from '../../lib/person/field-value.ts';
import type { Person } from '../../lib/person/person.ts';
import { createSalesforceChangeFeed } from '../../lib/salesforce/salesforce-change-feed.ts';
import { createSalesforceRecords } from '../../lib/salesforce/salesforce-records.ts';
import { DEFAULT_POLICY, type SyncPolicy } from '../../lib/schema/sync-policy.ts';
import type { AssignTo } from '../../lib/sync/assign-to.ts';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import { loadSchemas } from '../../lib/sync/context/schemas.ts';
import { type MergeReport, mergeChanges } from '../../lib/sync/merge/merge-changes.ts';
import { createOrEditByEmail, editFields } from '../../lib/sync/persons/edit-persons.ts';
import { type PollOutcome, pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import type { Deadline } from '../../lib/sync/ports/deadline.ts';
import type { BacklogLane, Ports } from '../../lib/sync/ports/ports.ts';
import type { SyncOutcome } from '../../lib/sync/sync-person/person-sync.ts';
import { syncPerson } from '../../lib/sync/sync-person/sync-person.ts';
import { CountingIdSource } from '../fakes/counting-id-source.ts';
import { FixedClock } from '../fakes/fixed-clock.ts';
import { InMemoryChangeQueue } from '../fakes/in-memory-change-queue.ts';
import { InMemoryListJobStore } from '../fakes/in-memory-list-job-store.ts';
import { InMemoryPersonStore } from '../fakes/in-memory-person-store.ts';
import { InMemorySyncStateStore } from '../fakes/in-memory-sync-state-store.ts';
import { InProcessClient } from '../fakes/in-process-client.ts';
import { createOrg } from '../sandbox/org/create-org.ts';

export const LEASE_MS = 660_000;

/** How long a merge may run. */
const MERGE_MS = 120_000;

const SETTINGS = { objects: ['Lead', 'Contact'], lagSeconds: 2, lookbackSeconds: 600, cycleLeaseMs: 900_000 } as const;

/** The use cases on the real Salesforce adapter over a simulated org, and on stores in memory; one clock for all. */
export class TwoSides {
  readonly clock = new FixedClock();
  readonly org = createOrg({ time: () => Date.parse(this.clock.now()) });
  readonly client = new InProcessClient(this.org, 'lockstep');
  readonly persons = new InMemoryPersonStore();
  readonly queue = new InMemoryChangeQueue();
  readonly state = new InMemorySyncStateStore();
  /** One queue stands for both lanes, unless a test tells the lanes apart. */
  readonly ports: Ports & BacklogLane;
  readonly #admin = new InProcessClient(this.org, 'admin');
  #deliveries = 0;

  constructor(policy: SyncPolicy = DEFAULT_POLICY) {
    this.client.hooks.wait = (milliseconds) => this.clock.advance(milliseconds);
    this.ports = {
      clock: this.clock,
      ids: new CountingIdSource(),
      persons: this.persons,
      state: this.state,
      lists: new InMemoryListJobStore(),
      feed: createSalesforceChangeFeed(this.client),
      records: createSalesforceRecords(this.client),
      queue: this.queue,
      backlog: this.queue,
      policy,
      leaseMs: LEASE_MS,
    };
  }

  /** A record made by somebody in Salesforce; its id. */
  insert(object: string, fields: Fields): string {
    return (this.admin('POST', `/sobjects/${object}`, fields) as { readonly id: string }).id;
  }

  update(object: string, id: string, fields: Fields): void {
    this.admin('PATCH', `/sobjects/${object}/${id}`, fields);
  }

  remove(object: string, id: string): void {
    this.admin('DELETE', `/sobjects/${object}/${id}`);
  }

  record(object: string, id: string): Record<string, FieldValue> {
    return this.admin('GET', `/sobjects/${object}/${id}`) as Record<string, FieldValue>;
  }

  /** What the org holds, deleted rows left out. */
  count(object: string): number {
    const answer = this.admin('GET', `/query?q=${encodeURIComponent(`SELECT Id FROM ${object}`)}`);
    return (answer as { readonly totalSize: number }).totalSize;
  }

  /** The id of the first record that a query finds. */
  idOf(soql: string): string {
    const answer = this.admin('GET', `/query?q=${encodeURIComponent(soql)}`);
    return (answer as { readonly records: readonly { readonly Id: string }[] }).records[0]?.Id ?? '';
  }

  admin(method: string, path: string, body?: unknown): unknown {
    const { status, body: answer } = this.#admin.call(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** A call that drives the org itself. */
  control(path: string, body: unknown): unknown {
    const { status, body: answer } = this.org.handle({ method: 'POST', path: `/_org/${path}`, headers: {}, body });
    if (status >= 300) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async poll(over: Partial<Ports & BacklogLane> = {}): Promise<PollOutcome> {
    this.clock.advance(10_000);
    return pollCycle({ ...this.ports, ...over }, SETTINGS, () => 600_000);
  }

  /** Delivers what waits in one batch; what must come again is put back. */
  async merge(over: Partial<Ports> = {}, timeLeftMs?: Deadline): Promise<MergeReport> {
    const bodies = new Map<string, string>(
      this.queue.take().map((body) => {
        this.#deliveries += 1;
        return [`m${this.#deliveries}`, body] as const;
      }),
    );
    const deliveries = [...bodies].map(([id, body]) => ({ id, message: parseChangeMessage(body), lastTry: false }));
    const endsAt = Date.parse(this.clock.now()) + MERGE_MS;
    const timeLeft = (): number => endsAt - Date.parse(this.clock.now());
    const report = await mergeChanges({ ...this.ports, ...over }, deliveries, timeLeftMs ?? timeLeft);
    await this.queue.send(report.retry.flatMap((id) => bodies.get(id) ?? []));
    return report;
  }

  async cycle(): Promise<MergeReport> {
    await this.poll();
    return this.merge();
  }

  async create(fields: Fields): Promise<Person> {
    await loadSchemas(this.ports);
    const outcome = await createOrEditByEmail(this.ports, fields);
    if (outcome.kind !== 'created' && outcome.kind !== 'updated') throw new Error(`not created: ${outcome.kind}`);
    return outcome.person;
  }

  async edit(personId: string, fields: Fields): Promise<Person> {
    const outcome = await editFields(this.ports, personId, fields);
    if (outcome.kind !== 'updated') throw new Error(`not edited: ${outcome.kind}`);
    return outcome.person;
  }

  sync(
    personId: string,
    assignTo: AssignTo = { kind: 'unchanged' },
    over: Partial<Ports> = {},
    recordIsGone = false,
  ): Promise<SyncOutcome> {
    return syncPerson({ ...this.ports, ...over }, personId, assignTo, recordIsGone);
  }

  /** A person who is in step with a new Lead. */
  async linkedPerson(fields: Fields = {}): Promise<Person> {
    const id = this.insert('Lead', { LastName: 'Lovelace', Company: 'Analytical Engines', ...fields });
    await this.cycle();
    return this.personOf(id);
  }

  personOf(rowId: string): Person {
    const found = this.persons.all().filter((person) => person.salesforce?.id === rowId);
    if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} persons stand for ${rowId}`);
    return found[0];
  }

  person(personId: string): Person {
    const person = this.persons.peek(personId);
    if (person === undefined) throw new Error(`there is no person ${personId}`);
    return person;
  }

  logged<Type extends Activity['type']>(personId: string, type: Type): Extract<Activity, { readonly type: Type }>[] {
    return this.persons.logOf(personId).filter((each) => each.type === type) as Extract<Activity, { type: Type }>[];
  }
}
