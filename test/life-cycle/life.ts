import type { FieldValue } from '../../lib/person/field-value.ts';
import type { Person } from '../../lib/person/person.ts';
import type { SalesforceType } from '../../lib/person/row.ts';
import { createSalesforceChangeFeed } from '../../lib/salesforce/salesforce-change-feed.ts';
import { createSalesforceRecords } from '../../lib/salesforce/salesforce-records.ts';
import { DEFAULT_POLICY, type SyncPolicy } from '../../lib/schema/sync-policy.ts';
import type { AssignTo } from '../../lib/sync/assign-to.ts';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import { type MergeReport, mergeChanges } from '../../lib/sync/merge/merge-changes.ts';
import { createOrEditByEmail, editFields } from '../../lib/sync/persons/edit-persons.ts';
import { pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import type { BacklogLane, Ports } from '../../lib/sync/ports/ports.ts';
import { survivorOfPerson } from '../../lib/sync/rows/holders.ts';
import type { SyncOutcome } from '../../lib/sync/sync-person/person-sync.ts';
import { syncPerson } from '../../lib/sync/sync-person/sync-person.ts';
import { CountingIdSource } from '../fakes/counting-id-source.ts';
import { FixedClock } from '../fakes/fixed-clock.ts';
import { InMemoryChangeQueue } from '../fakes/in-memory-change-queue.ts';
import { InMemoryListJobStore } from '../fakes/in-memory-list-job-store.ts';
import { InMemoryPersonStore } from '../fakes/in-memory-person-store.ts';
import { InMemorySyncStateStore } from '../fakes/in-memory-sync-state-store.ts';
import { InProcessClient } from '../fakes/in-process-client.ts';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import type { Row } from '../sandbox/org/soql/source.ts';

const SETTINGS = { objects: ['Lead', 'Contact'], lagSeconds: 2, lookbackSeconds: 600, cycleLeaseMs: 60_000 } as const;
const HOURS = 3_600_000;

/** The fields that the sync user sees, so that a story is told in few words. */
const VISIBLE = new Set(
  (
    'FirstName LastName Company Email Title Phone OwnerId Person_Id__c ' +
    'IsDeleted MasterRecordId IsConverted ConvertedContactId'
  ).split(' '),
);

/** The whole product against the simulated org, in this process, with everything at hand. */
export class Life {
  readonly clock = new FixedClock();
  readonly org: Org;
  readonly persons = new InMemoryPersonStore();
  readonly queue = new InMemoryChangeQueue();
  readonly client: InProcessClient;
  /** One queue stands for both lanes. */
  readonly ports: Ports & BacklogLane;
  /** Every message that was ever delivered. */
  readonly delivered: string[] = [];
  readonly #admin: InProcessClient;

  constructor(policy: SyncPolicy = DEFAULT_POLICY, stores: Partial<Pick<Ports, 'persons' | 'state'>> = {}) {
    this.org = createOrg({ time: () => Date.parse(this.clock.now()) });
    this.#hideTheRest();
    this.client = new InProcessClient(this.org, 'lockstep');
    this.#admin = new InProcessClient(this.org, 'admin');
    this.ports = {
      clock: this.clock,
      ids: new CountingIdSource('made'),
      persons: this.persons,
      state: new InMemorySyncStateStore(),
      lists: new InMemoryListJobStore(),
      feed: createSalesforceChangeFeed(this.client),
      records: createSalesforceRecords(this.client),
      queue: this.queue,
      backlog: this.queue,
      policy,
      leaseMs: 660_000,
      ...stores,
    };
  }

  /** A call of an administrator; throws where it is refused. */
  admin(method: string, path: string, body?: unknown): Record<string, unknown> {
    this.clock.advance(1000);
    const answer = path.startsWith('/_org')
      ? this.org.handle({ method, path, headers: {}, body })
      : this.#admin.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return (answer.body ?? {}) as Record<string, unknown>;
  }

  /** Does something right before the product's next request that writes. */
  beforeNextWrite(act: () => unknown): void {
    this.client.hooks.before = (_subrequests, writes) => {
      if (!writes) return;
      this.client.hooks.before = () => undefined;
      act();
    };
  }

  addLead(fields: Record<string, unknown>): string {
    return String(this.admin('POST', '/sobjects/Lead', { LastName: 'Lovelace', Company: 'Engines', ...fields }).id);
  }

  addContact(fields: Record<string, unknown>): string {
    return String(this.admin('POST', '/sobjects/Contact', { LastName: 'Lovelace', ...fields }).id);
  }

  change(type: SalesforceType, id: string, fields: Record<string, unknown>): void {
    this.admin('PATCH', `/sobjects/${type}/${id}`, fields);
  }

  delete(type: SalesforceType, id: string): void {
    this.admin('DELETE', `/sobjects/${type}/${id}`);
  }

  undelete(id: string): void {
    this.admin('POST', '/_org/undelete', { id });
  }

  hardDelete(id: string): void {
    this.admin('POST', '/_org/hard-delete', { id });
  }

  merge(object: SalesforceType, masterId: string, loserId: string): void {
    this.admin('POST', '/_org/merge', { object, masterId, loserIds: [loserId] });
  }

  convert(leadId: string, contactId?: string): string {
    return String(this.admin('POST', '/_org/convert', { leadId, ...(contactId ? { contactId } : {}) }).contactId);
  }

  row(type: SalesforceType, id: string): Row | undefined {
    return this.org.state.store.table(type).get(id);
  }

  async create(fields: Record<string, FieldValue>): Promise<Person> {
    const outcome = await createOrEditByEmail(this.ports, fields);
    if (!('person' in outcome)) throw new Error(JSON.stringify(outcome));
    return outcome.person;
  }

  async edit(personId: string, fields: Record<string, FieldValue>): Promise<void> {
    this.clock.advance(1000);
    const { persons } = this.ports;
    const stored = await persons.get(personId);
    const survivor = stored && (await survivorOfPerson(persons, stored));
    const outcome = await editFields(this.ports, survivor?.personId ?? personId, fields);
    if (outcome.kind !== 'updated') throw new Error(JSON.stringify(outcome));
  }

  sync(personId: string, assignTo: AssignTo = { kind: 'unchanged' }): Promise<SyncOutcome> {
    this.clock.advance(1000);
    return syncPerson(this.ports, personId, assignTo);
  }

  /** A poll, its messages left on the queue. */
  async poll(): Promise<void> {
    this.clock.advance(5000);
    const outcome = await pollCycle(this.ports, SETTINGS, () => HOURS);
    if (outcome.kind !== 'cycle' || outcome.error !== null) throw new Error('the poll failed', { cause: outcome });
  }

  /** Merges what waits on the queue; what must come again comes again, a while later. */
  async deliver(bodies: readonly string[] = this.queue.take()): Promise<MergeReport | undefined> {
    let left = bodies;
    let report: MergeReport | undefined;
    for (let round = 0; round < 6 && left.length > 0; round += 1) {
      this.delivered.push(...left);
      const deliveries = left.map((body, at) => ({
        id: String(at),
        message: parseChangeMessage(body),
        lastTry: false,
      }));
      const merged = await mergeChanges(this.ports, deliveries, () => 600_000);
      report = merged;
      left = [...left.filter((_, at) => merged.retry.includes(String(at))), ...this.queue.take()];
      if (left.length > 0) this.clock.advance(120_000);
    }
    if (left.length > 0) throw new Error('messages fail again and again', { cause: report?.error });
    return report;
  }

  /** Polls and merges until nothing is left to do. */
  async settle(polls = 3): Promise<void> {
    for (let at = 0; at < polls; at += 1) {
      await this.poll();
      await this.deliver();
    }
  }

  /** A day goes by: then a poll asks which rows were deleted. */
  async settleNextDay(): Promise<void> {
    await this.settle(1);
    this.clock.advance(25 * HOURS);
    await this.settle(3);
  }

  /** The present persons who stand for this row. */
  holders(rowId: string): Person[] {
    return this.persons.all().filter((each) => each.mergedInto === null && each.salesforce?.id === rowId);
  }

  /** The person who stands for this row; throws unless it is one. */
  holder(rowId: string): Person {
    const [person, ...others] = this.holders(rowId);
    if (person === undefined || others.length > 0) {
      throw new Error(
        `${rowId} is ${
          this.holders(rowId)
            .map((each) => each.personId)
            .join(' and ') || 'nobody'
        }`,
      );
    }
    return person;
  }

  async survivor(personId: string): Promise<Person> {
    const { persons } = this.ports;
    const stored = await persons.get(personId);
    if (stored === undefined) throw new Error(`no person ${personId}`);
    return survivorOfPerson(persons, stored);
  }

  activityTypes(personId: string): string[] {
    return this.persons.logOf(personId).map((activity) => activity.type);
  }

  #hideTheRest(): void {
    const { schema, clock } = this.org.state;
    for (const object of ['Lead', 'Contact']) {
      for (const field of schema.object(object)?.fields ?? []) {
        if (VISIBLE.has(field.name) || field.alwaysVisible) continue;
        schema.setAccess(object, field.name, { access: { read: false, edit: false }, now: clock.now() });
      }
    }
  }
}
