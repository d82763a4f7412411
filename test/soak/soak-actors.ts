import { setTimeout as sleep } from 'node:timers/promises';
import type { SalesforceType } from '../../lib/person/row.ts';
import { UnexpectedAnswerError } from '../sandbox/clients/json-call.ts';
import type { OrgClient, OrgRecord } from '../sandbox/clients/org-client.ts';
import type { PersonApiClient, SyncAnswer } from '../sandbox/clients/person-api-client.ts';
import type { Dice } from '../simulation/dice.ts';
import { FOLLOWED_FIELDS, remoteName, STORY_FIELDS } from '../simulation/fields.ts';
import { answerOf, type FollowedField, isBrokenConnection, type Side, type SoakLedger } from './soak-ledger.ts';

/** What the actors act on. */
/** The fields that people edit: those that the seeded org has. */
const SEEDED_FIELDS = FOLLOWED_FIELDS.filter((name) => !STORY_FIELDS.has(name));

export interface SoakStage {
  readonly api: PersonApiClient;
  /** The org as its administrator, who stands for all of sales. */
  readonly admin: OrgClient;
  readonly ledger: SoakLedger;
}

/** Somebody whom both sides edit: a person here, a row there, or both by now. */
export interface Subject {
  readonly email: string;
  personId: string | null;
  rowId: string | null;
}

/** An edit that the other side may want to meet. */
interface Meeting {
  readonly subject: Subject;
  readonly field: FollowedField;
  readonly side: Side;
  readonly at: number;
}

type Act = (dice: Dice) => Promise<void>;

/** How likely an actor goes where the other side has just been, and for how long that is of interest. */
const MEETING_CHANCE = 0.7;
const MEETING_MS = 4_000;

/** Marketing waits as long where nobody takes its edit. */
const UNREACHED_MS = 1_000;

const BAD_CHANCE = 0.03;

/** Those who act: sales in the org, marketing through the API, and forms that make new persons. */
export class SoakActors {
  readonly #stage: SoakStage;
  readonly #subjects: Subject[];
  /** Rows that somebody of sales has open: nobody else of sales edits them meanwhile, so that the order is known. */
  readonly #open = new Set<string>();
  readonly #bin: string[] = [];
  #meetings: Meeting[] = [];
  #newcomers = 0;

  constructor(stage: SoakStage, subjects: readonly Subject[]) {
    this.#stage = stage;
    this.#subjects = [...subjects];
  }

  /** Acts until it is told to stop; then every request has been answered. */
  async act(dice: Dice, signal: AbortSignal): Promise<void> {
    const sales = deckOf([
      [184, (own) => this.#salesEdit(own)],
      [4, (own) => this.#salesCreate(own)],
      [3, (own) => this.#delete(own)],
      [2, (own) => this.#hardDelete(own)],
      [4, () => this.#undelete()],
      [3, (own) => this.#convert(own)],
      [3, (own) => this.#merge(own)],
    ]);
    const marketing = deckOf([
      [176, (own) => this.#marketingEdit(own)],
      [24, (own) => this.#syncAtOnce(own)],
      [2, (own) => this.#deleteHere(own)],
    ]);
    const forms = deckOf([[1, (own) => this.#newcomer(own)]]);
    const loops = [sales, sales, marketing, marketing, marketing].map((deck) => ({ deck, pauseMs: 300 }));
    await Promise.all(
      [...loops, { deck: forms, pauseMs: 2_500 }].map(async ({ deck, pauseMs }, at) => {
        const own = dice.fork(at);
        while (!signal.aborted) {
          await own.pick(deck)(own);
          await sleep(own.between(pauseMs / 2, pauseMs * 1.5));
        }
      }),
    );
  }

  /** Where to edit: mostly where the other side has just been. */
  #target(dice: Dice, side: Side): { readonly subject: Subject; readonly field: FollowedField } {
    this.#meetings = this.#meetings.filter(({ at }) => at > Date.now() - MEETING_MS);
    const others = this.#meetings.filter((meeting) => meeting.side !== side);
    if (others.length > 0 && dice.chance(MEETING_CHANCE)) return dice.pick(others);
    return { subject: dice.pick(this.#subjects), field: dice.pick(SEEDED_FIELDS) };
  }

  async #salesEdit(dice: Dice): Promise<void> {
    const { subject, field } = this.#target(dice, 'sales');
    await this.#withRow(subject, async (type, record, openedAt) => {
      const name = remoteName(field, type) ?? field;
      const value = this.#stage.ledger.newValue('sales', field, field === 'Title' && dice.chance(BAD_CHANCE));
      const wish = { field, value, of: record.Id, saw: record[name] ?? null, requestedAt: openedAt };
      const send = () => this.#stage.admin.update(type, record.Id, { [name]: value });
      this.#meetings.push({ subject, field, side: 'sales', at: Date.now() });
      this.#count('sales edit', await this.#stage.ledger.edit({ side: 'sales', ...wish }, send));
    });
  }

  async #marketingEdit(dice: Dice): Promise<void> {
    const { api, ledger } = this.#stage;
    const { subject, field } = this.#target(dice, 'marketing');
    const personId = await this.#personIdOf(subject);
    if (personId === null) return;
    const value = ledger.newValue('marketing', field, field === 'Title' && dice.chance(BAD_CHANCE));
    const wish = { side: 'marketing', of: personId, field, value, saw: null, requestedAt: Date.now() } as const;
    this.#meetings.push({ subject, field, side: 'marketing', at: Date.now() });
    const answer = await ledger.edit(wish, async () => {
      // Who was merged away is the survivor from now on.
      subject.personId = (await api.edit(personId, { [field]: value })).personId;
    });
    this.#count('marketing edit', answer);
    if (answer === 'unreached') await sleep(UNREACHED_MS);
  }

  async #syncAtOnce(dice: Dice): Promise<void> {
    const { subject } = this.#target(dice, 'marketing');
    const personId = await this.#personIdOf(subject);
    if (personId === null) return;
    const callers = Array.from({ length: dice.between(1, 3) }, () => this.#stage.api.sync(personId));
    await this.#countSyncs(callers);
  }

  /** One form sent several times at once. */
  async #newcomer(dice: Dice): Promise<void> {
    this.#newcomers += 1;
    const email = `newcomer${this.#newcomers}@example.com`;
    const fields = { Email: email, LastName: `Newcomer ${this.#newcomers}`, Company: 'Example' };
    this.#stage.ledger.emails.add(email);
    const subject = { email, personId: null, rowId: null };
    const callers = Array.from({ length: dice.between(1, 4) }, () => this.#stage.api.syncPerson(fields));
    if (dice.chance(0.3)) callers.push(this.#createThere(dice, email).then(() => this.#stage.api.syncPerson(fields)));
    await this.#countSyncs(callers);
    this.#subjects.push(subject);
  }

  async #countSyncs(callers: readonly Promise<SyncAnswer>[]): Promise<void> {
    const { ledger } = this.#stage;
    await Promise.all(
      callers.map(async (caller) => {
        const answer = await answerOf(
          caller.then((synced) => {
            ledger.count(synced.kind === 'synced' ? `sync: ${synced.outcome}` : `sync: ${synced.type}`);
            if (synced.kind !== 'synced' || synced.outcome !== 'created') return;
            const { personId } = synced.person;
            ledger.creations.set(personId, (ledger.creations.get(personId) ?? 0) + 1);
          }),
        );
        if (answer !== 'accepted') this.#count('sync', answer);
      }),
    );
  }

  async #salesCreate(dice: Dice): Promise<void> {
    this.#newcomers += 1;
    const email = `entered${this.#newcomers}@example.com`;
    this.#stage.ledger.emails.add(email);
    const rowId = await this.#createThere(dice, email);
    this.#subjects.push({ email, personId: null, rowId });
  }

  async #createThere(dice: Dice, email: string): Promise<string> {
    const type = dice.chance(0.7) ? 'Lead' : 'Contact';
    const company = type === 'Lead' ? { Company: 'Example' } : {};
    this.#stage.ledger.count(`sales create: ${type}`);
    return this.#stage.admin.create(type, { Email: email, LastName: `Entered ${this.#newcomers}`, ...company });
  }

  async #delete(dice: Dice): Promise<void> {
    const subject = dice.pick(this.#subjects);
    await this.#withRow(subject, async (type, { Id }) => {
      this.#stage.ledger.takenOut.add(Id);
      const answer = await answerOf(this.#stage.admin.delete(type, Id));
      if (answer === 'accepted') this.#bin.push(Id);
      this.#count('sales delete', answer);
    });
  }

  /** Gone for good: out of the bin, or at once, as a rule of the org or a bulk job does it. */
  async #hardDelete(dice: Dice): Promise<void> {
    const { admin, ledger } = this.#stage;
    await this.#withRow(dice.pick(this.#subjects), async (type, { Id, Person_Id__c: key = null }) => {
      ledger.takenOut.add(Id);
      if (dice.chance(0.5)) await answerOf(admin.delete(type, Id));
      const answer = await answerOf(admin.control('POST hard-delete', { id: Id }));
      if (answer === 'accepted') ledger.purged.set(Id, key === null ? null : String(key));
      this.#count('sales delete for good', answer);
    });
  }

  /** Somebody deletes a person here, as a rule one who is in Salesforce too. */
  async #deleteHere(dice: Dice): Promise<void> {
    const { api, ledger } = this.#stage;
    const subject = dice.pick(this.#subjects);
    const personId = await this.#personIdOf(subject);
    const person = personId === null ? undefined : await this.#asked(() => api.person(personId));
    if (person === undefined) return;
    const salesforce = dice.pick(['keep', 'delete'] as const);
    const answer = await answerOf(api.delete(person.personId, salesforce));
    ledger.deletions.push({ person, salesforce, answer });
    subject.personId = null;
    this.#count(`delete here, ${salesforce}`, answer);
  }

  async #undelete(): Promise<void> {
    const id = this.#bin.shift();
    if (id === undefined) return;
    // Refused where the person has got a new Lead meanwhile: both would have its Person_Id__c.
    this.#count('sales undelete', await answerOf(this.#stage.admin.control('POST undelete', { id })));
  }

  async #convert(dice: Dice): Promise<void> {
    const subject = dice.pick(this.#subjects);
    await this.#withRow(subject, async (type, { Id }) => {
      if (type !== 'Lead') return;
      this.#stage.ledger.takenOut.add(Id);
      const converted = this.#stage.admin.control('POST convert', { leadId: Id }) as Promise<{ contactId: string }>;
      const answer = await answerOf(converted.then(({ contactId }) => this.#becomes(Id, contactId)));
      subject.rowId = this.#stage.ledger.became.get(Id) ?? null;
      this.#count('sales convert', answer);
    });
  }

  async #merge(dice: Dice): Promise<void> {
    const [winner, loser] = [dice.pick(this.#subjects), dice.pick(this.#subjects)];
    await this.#withRow(winner, async (object, master) => {
      await this.#withRow(loser, async (type, { Id }) => {
        if (type !== object) return;
        this.#stage.ledger.takenOut.add(Id);
        const wish = { object, masterId: master.Id, loserIds: [Id] };
        const merged = this.#stage.admin.control('POST merge', wish);
        const answer = await answerOf(merged.then(() => this.#becomes(Id, master.Id)));
        this.#count('sales merge', answer);
      });
    });
  }

  #becomes(goneId: string, id: string): void {
    this.#stage.ledger.became.set(goneId, id);
  }

  /** Opens the subject's record, unless somebody else has it open or there is none. */
  async #withRow(
    subject: Subject,
    work: (type: SalesforceType, record: OrgRecord, openedAt: number) => Promise<void>,
  ): Promise<void> {
    const id = subject.rowId ?? (await this.#linkedRow(subject));
    if (id === null || this.#open.has(id)) return;
    this.#open.add(id);
    try {
      const type = id.startsWith('00Q') ? 'Lead' : 'Contact';
      const openedAt = Date.now();
      const record = await this.#record(type, id);
      // What was deleted, merged away or converted is looked for anew by its person.
      subject.rowId = record === undefined || record.IsConverted === true ? null : id;
      if (record !== undefined && subject.rowId !== null) await work(type, record, openedAt);
    } finally {
      this.#open.delete(id);
    }
  }

  async #record(type: SalesforceType, id: string): Promise<OrgRecord | undefined> {
    try {
      return await this.#stage.admin.record(type, id);
    } catch (error) {
      if (error instanceof UnexpectedAnswerError && error.answer.status === 404) return undefined;
      throw error;
    }
  }

  async #linkedRow(subject: Subject): Promise<string | null> {
    const personId = await this.#personIdOf(subject);
    if (personId === null) return null;
    const link = (await this.#asked(() => this.#stage.api.person(personId)))?.salesforce;
    return link == null || link.isDeleted || link.isConverted ? null : link.id;
  }

  async #personIdOf(subject: Subject): Promise<string | null> {
    if (subject.personId !== null) return subject.personId;
    const persons = (await this.#asked(() => this.#stage.api.personsWithEmail(subject.email))) ?? [];
    subject.personId = persons[0]?.personId ?? null;
    return subject.personId;
  }

  /** What the API says, where it answers at all just now. */
  async #asked<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof UnexpectedAnswerError || isBrokenConnection(error)) return undefined;
      throw error;
    }
  }

  #count(what: string, answer: string): void {
    this.#stage.ledger.count(`${what}: ${answer}`);
  }
}

/** Each act as often as its weight says. */
function deckOf(acts: readonly (readonly [weight: number, act: Act])[]): readonly Act[] {
  return acts.flatMap(([weight, act]) => Array.from({ length: weight }, () => act));
}
