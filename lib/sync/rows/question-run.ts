import type { Conflict } from '../../person/activity.ts';
import type { Person } from '../../person/person.ts';
import { type Row, successorOf } from '../../person/row.ts';
import { isPerson } from '../../person/standing.ts';
import { isUnseen } from '../../person/unseen-row.ts';
import type { Schemas } from '../context/schemas.ts';
import type { StoredItem } from '../ports/person-store.ts';
import type { Question } from './decide.ts';
import type { End, FoundRow, Known, Step } from './known.ts';
import { isChange } from './merge-values.ts';
import type { StepOutcome } from './write-step.ts';

/** The end of a question. */
export type RunEnd =
  | End
  /** Stopped before a step selected by `stopsAt`; the step was not written. */
  | { readonly kind: 'stopped'; readonly step: Step }
  /** The person is leased to a different worker or changed on every try: ask again later. */
  | { readonly kind: 'busy' }
  /** No time left for the next read or write: to be asked again in a later invocation. */
  | { readonly kind: 'late' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Options of a question. */
export interface AskOptions {
  /** The token of the caller's lease. */
  readonly token?: string | undefined;
  /** Computes every step and writes none. */
  readonly isDry?: boolean;
  /** Called before every read and write: whether enough time is left. Absent: always enough. */
  readonly hasTime?: (() => boolean) | undefined;
  /** Selects a step to stop at, before the write. */
  readonly stopsAt?: (step: Step, known: Known) => boolean;
  /** The rows already found in Salesforce for the person. */
  readonly found?: FoundRow | undefined;
  /** A person just read and then the person's own row; null: the row could not be read. */
  readonly seen?: { readonly person: Person; readonly row: Row | null } | undefined;
}

/** Maximum number of writes refused because of concurrent changes. */
const MAX_REFUSALS = 8;

/** More steps than any question needs: a higher count means an endless loop. */
const MAX_STEPS = 60;

/** The state of one question: everything read, the results so far, the end. */
export class QuestionRun {
  readonly question: Question;
  readonly options: AskOptions;
  readonly known: Known;
  readonly pulled: string[] = [];
  readonly conflicts: Conflict[] = [];
  /** Whether any item was stored. */
  hasWritten = false;
  /** Whether a row of the feed that is no newer than base changed a value all the same. */
  hasWrittenEcho = false;
  /** The rows taken by the question's person. */
  readonly taken: Row[] = [];
  ended: RunEnd | undefined;
  readonly #sent = new Set<string>();
  #found: FoundRow | undefined;
  #refusals = 0;
  #steps = 0;
  readonly #items = new Map<string, StoredItem | null>();
  readonly #stored = new Map<string, StoredItem | null>();
  readonly #rows = new Map<string, Row | null>();
  readonly #claimants = new Map<string, string | null>();
  readonly #shared = new Map<string, boolean>();

  constructor(question: Question, options: AskOptions, schemas: Schemas, isLeased: (person: Person) => boolean) {
    this.question = question;
    this.options = options;
    this.#found = options.found;
    if (options.seen !== undefined) this.#see(options.seen);
    this.known = {
      items: this.#items,
      rows: this.#rows,
      differs: (personId, row) => {
        const person = this.person(personId);
        return person !== undefined && (this.#hasToBeRead(person, row, isLeased) || isChange(schemas, person, row));
      },
      isLeased: (personId) => {
        const person = this.person(personId);
        return person !== undefined && isLeased(person);
      },
      isUnseen: (personId) => {
        const person = this.person(personId);
        return person !== undefined && isUnseen(person);
      },
      claimant: ({ id }) => this.#claimants.get(id),
      sharesEmail: ({ id }) => this.#shared.get(id),
      found: () => this.#found,
      sent: (id) => this.#sent.has(id),
    };
  }

  /** The person as last read or written. */
  person(personId: string): Person | undefined {
    const item = this.#items.get(personId);
    return isPerson<Person>(item) ? item : undefined;
  }

  /** The person found by the question, as stored now. */
  get foundPerson(): Person | undefined {
    const { ended } = this;
    return ended !== undefined && 'personId' in ended && ended.personId !== null
      ? this.person(ended.personId)
      : undefined;
  }

  stored(personId: string): StoredItem | null {
    return this.#stored.get(personId) ?? null;
  }

  hasRead(row: Row | null): boolean {
    return row === null || [...this.#rows.values()].includes(row);
  }

  row(rowId: string): Row | undefined {
    return this.#rows.get(rowId) ?? undefined;
  }

  takeItem(personId: string, item: StoredItem | undefined): void {
    this.#items.set(personId, item ?? null);
    this.#stored.set(personId, item ?? null);
  }

  takeRow(rowId: string, row: Row | undefined): void {
    this.#rows.set(rowId, row ?? null);
  }

  takeClaimant(row: Row, personId: string | null): void {
    this.#claimants.set(row.id, personId);
  }

  takeShared(row: Row, shares: boolean): void {
    this.#shared.set(row.id, shares);
  }

  takeFound(found: FoundRow): void {
    this.#found = found;
  }

  /** Reads stay valid after a write; after a refused write everything is read again. */
  takeOutcome(outcome: StepOutcome): void {
    this.#steps += 1;
    if (outcome.kind === 'busy' || this.#steps > MAX_STEPS) this.ended = { kind: 'busy' };
    else if (outcome.kind === 'sent') this.#sent.add(outcome.about);
    else if (outcome.kind === 'parked') this.#parkAt(outcome.item);
    else if (outcome.kind === 'refused') this.#startAgain();
    else {
      const { item, isStored, pulled, conflicts } = outcome;
      this.hasWrittenEcho ||= isStored && this.#isEcho(pulled, this.person(item.personId));
      this.#items.set(item.personId, item);
      if (isStored) this.#stored.set(item.personId, item);
      this.hasWritten ||= isStored;
      this.pulled.push(...pulled);
      this.conflicts.push(...conflicts);
    }
  }

  /** An expired lease records what a lost push attempted, until the row or the row's successor has been read. */
  #hasToBeRead(person: Person, row: Row, isLeased: (person: Person) => boolean): boolean {
    const isLapsed = person.lease !== null && person.lease.owner !== this.options.token && !isLeased(person);
    return isLapsed && successorOf(row) === null;
  }

  /**
   * Whether the state of the question has the stamp of base, and other values for fields known of the person: the values
   * read after a push and the values of the feed do not compare as equal. An edit in the second of the push looks alike.
   */
  #isEcho(pulled: readonly string[], before: Person | undefined): boolean {
    if (this.question.kind !== 'row') return false;
    const { state, partial } = this.question;
    const base = before?.salesforce;
    if (state === null || partial || base?.id !== state.id) return false;
    return base.systemModstamp === state.systemModstamp && pulled.some((field) => before?.fields[field] !== undefined);
  }

  #see({ person, row }: NonNullable<AskOptions['seen']>): void {
    this.takeItem(person.personId, person);
    if (person.salesforce !== null) this.takeRow(person.salesforce.id, row ?? undefined);
  }

  #parkAt(person: Person): void {
    this.takeItem(person.personId, person);
    this.hasWritten = true;
    this.ended = { kind: 'nothing', personId: person.personId };
  }

  #startAgain(): void {
    this.#refusals += 1;
    if (this.#refusals >= MAX_REFUSALS) this.ended = { kind: 'busy' };
    for (const each of [this.#items, this.#stored, this.#rows, this.#claimants, this.#shared]) each.clear();
    this.#found = this.options.found;
  }
}
