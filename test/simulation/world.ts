import { DEFAULT_POLICY, type SyncPolicy } from '../../lib/schema/sync-policy.ts';
import { RECENT_ROWS_LIMIT } from '../../lib/sync/state/feed-state.ts';
import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import { type Dice, hashOf } from './dice.ts';
import { FORMULA, RETYPED } from './fields.ts';
import type { Invocation } from './invocation.ts';
import { Ledger } from './ledger.ts';
import { checkFeedSaved } from './oracles/feed-oracles.ts';
import type { RefusalName } from './refusals.ts';
import { inMemoryStores, type Stores, tableStores } from './stores.ts';
import type { Swarm } from './swarm.ts';
import { Timeline } from './timeline.ts';

/** When every story begins. */
const BEGINNING = Date.parse('2026-11-21T10:00:00.000Z');

/** The fields that the sync user sees, beside the ones that nobody can hide; the others only cost time. */
export const VISIBLE_FIELDS = [
  'FirstName',
  'LastName',
  'Company',
  'Email',
  'Title',
  'Phone',
  'City',
  'MailingCity',
  'NumberOfEmployees',
  'DoNotCall',
  'Status',
  'OwnerId',
  'IsDeleted',
  'MasterRecordId',
  'CreatedDate',
  'Score__c',
  'Interests__c',
  'Person_Id__c',
] as const;

const CUSTOM_FIELDS = [
  { name: 'Score__c', type: 'double', scale: 2 },
  { name: 'Interests__c', type: 'multipicklist', values: ['Golf', 'Chess', 'Opera', 'Sailing'] },
];

/** One simulated world: an org, a store, time, chance, and the book that is kept of all that happens. */
export class World {
  readonly dice: Dice;
  readonly swarm: Swarm;
  readonly timeline = new Timeline(BEGINNING);
  readonly org: Org;
  readonly stores: Stores;
  /** The lists that were begun, by their jobs. */
  readonly lists: string[] = [];
  readonly ledger: Ledger;
  readonly policy: SyncPolicy;
  /** How many persons of a cycle are pushed under the guard: a few of those in the story, where there are any others. */
  readonly massPushAbove: number;
  /** How many persons of a cycle go by the fresh lane. */
  readonly freshPersons: number;
  readonly #bulkAbove: number;
  readonly #recentRows: number;
  /** Ids of rows that were out of the sync user's sight at some time. */
  readonly hiddenRows = new Set<string>();
  /** Whether functions reach the org by the product's own client. */
  readonly isClientReal: boolean;
  /** Whose operation is being done. */
  acting: Invocation | null = null;
  session: string | null = null;
  signedInAt = 0;
  quotaUntil = 0;
  /** Until then nothing is polled. */
  polledFrom = 0;
  /** Until then the store of persons takes and gives nothing. */
  storeDownUntil = 0;
  calls = 0;
  /** Of all that happened so far: equal for equal stories. */
  traceHash = 0;
  /** What happened, in words, where somebody wants to read it. */
  readonly story: string[] | null;
  readonly broken: string[] = [];
  /** Records, by email, of which Salesforce refuses every save. */
  refusedRecords: readonly { readonly email: string; readonly naming: RefusalName }[] = [];
  /** Local names of fields that the sync user could not see at some time. */
  readonly hiddenFields = new Set<string>([FORMULA.name]);
  /** Whether the sync user may edit Phone now. */
  mayEditPhone = true;
  /** Whether a field got another type after the first poll had seen its first one. */
  retyped = false;
  /** Whether anybody has asked to accept a new type. */
  acceptAsked = false;
  /** Whether somebody accepted the new type of the field that was retyped last. */
  typeAccepted = false;
  /** Local names of fields in which one side has its way, at some time: those that the sync user could not edit, say. */
  readonly restrictedFields = new Set<string>();
  #adminSession = '';

  constructor(dice: Dice, swarm: Swarm, recorded: boolean) {
    this.dice = dice;
    this.swarm = swarm;
    this.story = recorded ? [] : null;
    swarm.strikes('crowd', dice.fork('crowd'));
    this.isClientReal = swarm.strikes('realClient', dice.fork('client'));
    const skewed = swarm.strikes('clockSkewed', dice);
    const leadMs = skewed ? dice.between(-300_000, 300_000) : dice.between(-400, 400);
    this.org = createOrg({ time: () => this.timeline.now + leadMs, seed: dice.below(1 << 30) });
    const winners: SyncPolicy = dice.chance(0.75)
      ? DEFAULT_POLICY
      : { ...DEFAULT_POLICY, conflictWinner: { Lead: dice.pick(['local', 'remote']), Contact: 'remote' } };
    this.policy = swarm.strikes('policyVaried', dice.fork('policy')) ? this.#varied(winners) : winners;
    this.massPushAbove = swarm.strikes('massPushed', dice.fork('mass')) ? 1 : 10_000;
    const laneDice = dice.fork('lanes');
    this.freshPersons = swarm.strikes('fewFresh', laneDice) ? laneDice.between(1, 3) : 500;
    const bulkDice = dice.fork('bulk');
    const isBulk = swarm.strikes('bulkRead', bulkDice);
    this.#bulkAbove = isBulk ? bulkDice.between(0, 2) : 20_000;
    const memoryDice = dice.fork('memory');
    this.#recentRows = swarm.strikes('feedForgets', memoryDice) ? memoryDice.between(0, 3) : RECENT_ROWS_LIMIT;
    if (isBulk) this.org.state.bulk.pageRows = bulkDice.between(1, 4);
    this.ledger = new Ledger(this);
    this.stores = this.#storesOf(swarm.strikes('realStore', dice.fork('store')) ? tableStores : inMemoryStores);
    this.#prepareOrg();
  }

  /** How many rows of a window are read page by page: a few, for as long as anything is wrong. */
  get bulkAbove(): number {
    return this.swarm.healed ? 20_000 : this.#bulkAbove;
  }

  /** How many queued rows a poll remembers: a few, for as long as anything is wrong. */
  get recentRows(): number {
    return this.swarm.healed ? RECENT_ROWS_LIMIT : this.#recentRows;
  }

  /** Seconds since the beginning, for people. */
  get time(): string {
    const seconds = Math.floor((this.timeline.now - BEGINNING) / 1000);
    const text = (value: number) => String(value).padStart(2, '0');
    return `${text(Math.floor(seconds / 3600))}:${text(Math.floor(seconds / 60) % 60)}:${text(seconds % 60)}`;
  }

  step(what: string): void {
    this.traceHash = hashOf(what, this.traceHash ^ (this.timeline.now & 0xffffffff));
  }

  tell(what: string): void {
    this.step(what);
    this.narrate(() => what);
  }

  /** A line of the story, put into words only where somebody reads it. */
  narrate(words: () => string): void {
    this.story?.push(`${this.time}  ${words()}`);
  }

  breakStore(milliseconds: number): void {
    this.storeDownUntil = this.timeline.now + milliseconds;
    this.swarm.count('storeDown');
  }

  pausePolls(milliseconds: number): void {
    this.polledFrom = this.timeline.now + milliseconds;
  }

  /** Says that an invariant does not hold. */
  breaks(invariant: string, what: string): void {
    const line = `${invariant}: ${what}`;
    if (this.broken.includes(line)) return;
    this.broken.push(line);
    this.tell(`BROKEN ${line}`);
  }

  sessionToken(): string {
    if (this.session === null) {
      this.session = this.#signIn('lockstep');
      this.signedInAt = this.timeline.now;
    }
    return this.session;
  }

  /** A call of the org's REST API as an administrator, or of its control calls. */
  asAdmin(method: string, path: string, body?: unknown): { readonly status: number; readonly body: unknown } {
    const authorization = `Bearer ${this.#adminSession}`;
    const absolute = path.startsWith('/_org') ? path : `/services/data/v64.0${path}`;
    const headers = { authorization, 'sforce-auto-assign': 'FALSE' };
    let answer = this.org.handle({ method, path: absolute, headers, body });
    if (answer.status === 401) {
      this.#adminSession = this.#signIn('admin');
      const renewed = { ...headers, authorization: `Bearer ${this.#adminSession}` };
      answer = this.org.handle({ method, path: absolute, headers: renewed, body });
    }
    return { status: answer.status, body: answer.body };
  }

  /** Decisions about fields; where one goes one way only, the other side has its way, or keeps to itself. */
  #varied(policy: SyncPolicy): SyncPolicy {
    const dice = this.dice.fork('varied');
    const [pullOnly, pushOnly, exclude] = [['Title'], ['Interests__c'], ['DoNotCall']].map((names) =>
      dice.chance(0.5) ? names : [],
    );
    for (const name of [...(pullOnly ?? []), ...(pushOnly ?? [])]) this.restrictedFields.add(name);
    for (const name of [...(pullOnly ?? []), ...(pushOnly ?? []), ...(exclude ?? [])]) this.hiddenFields.add(name);
    const conflictWinner = { Score__c: dice.pick(['local', 'remote'] as const), City: 'remote' as const };
    const fields = { ...policy.fields, pullOnly: pullOnly ?? [], pushOnly: pushOnly ?? [], exclude: exclude ?? [] };
    return { ...policy, fields: { ...fields, conflictWinner }, defaults: { Company: 'Unknown' } };
  }

  #storesOf(make: typeof tableStores): Stores {
    const { dice, swarm } = this;
    const tableDice = dice.fork('table');
    return make({
      swarm,
      indexLater: (refresh) => {
        if (!swarm.strikes('indexLate', dice)) return refresh();
        this.timeline.after(dice.between(100, 60_000), refresh);
      },
      personWritten: (before, after) => this.ledger.personWritten(before, after),
      feedSaved: () => {
        if (this.acting !== null) checkFeedSaved(this, this.acting);
      },
      pageBytes: swarm.strikes('tablePagesShort', tableDice) ? tableDice.between(1, 4000) : null,
      readOf: (keys) => (swarm.strikes('keysUnprocessed', tableDice) ? tableDice.below(keys) : keys),
    });
  }

  #signIn(name: string): string {
    const body = `grant_type=client_credentials&client_id=${name}&client_secret=${name}`;
    const token = this.org.handle({ method: 'POST', path: '/services/oauth2/token', headers: {}, body });
    return (token.body as { access_token: string }).access_token;
  }

  #customFields(): readonly { readonly name: string }[] {
    const more = [];
    if (this.swarm.enabled.has('fieldRetyped')) more.push(RETYPED);
    if (this.swarm.strikes('formulaShown', this.dice.fork('formula'))) {
      more.push(FORMULA);
      this.hiddenFields.delete(FORMULA.name);
    }
    return [...CUSTOM_FIELDS, ...more];
  }

  #prepareOrg(): void {
    const { schema, clock } = this.org.state;
    const visible = new Set<string>(VISIBLE_FIELDS);
    const custom = this.#customFields();
    for (const object of ['Lead', 'Contact']) {
      for (const field of custom) this.asAdmin('POST', '/_org/fields', { object, ...field });
      for (const field of schema.object(object)?.fields ?? []) {
        if (visible.has(field.name) || field.alwaysVisible || field.custom) continue;
        schema.setAccess(object, field.name, { access: { read: false, edit: false }, now: clock.now() });
      }
    }
    const { store } = this.org.state;
    const put = store.put.bind(store);
    store.put = (object, row) => {
      put(object, row);
      this.ledger.rowSaved(object, row);
    };
    const remove = store.remove.bind(store);
    store.remove = (object, id) => {
      remove(object, id);
      this.ledger.rowPurged(id);
    };
  }
}
