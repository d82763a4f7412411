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

/** Where a question has come to. */
export type Ended =
  | End
  /** The step that the asker wanted to see first; nothing of it was written. */
  | { readonly kind: 'stopped'; readonly step: Step }
  /** Others have the person, or kept changing it: the question is asked again later. */
  | { readonly kind: 'busy' }
  /** No time was left for the next read or write: the question is asked again, of another function. */
  | { readonly kind: 'late' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** How a question is asked. */
export interface Manner {
  /** The token of the lease under which it is asked. */
  readonly token?: string | undefined;
  /** Computes every step and writes none. */
  readonly isDry?: boolean;
  /** Asked before each read and each write: whether there is time for it. Left out: there is. */
  readonly hasTime?: (() => boolean) | undefined;
  /** A step before which the question ends. */
  readonly stopsAt?: (step: Step, known: Known) => boolean;
  /** What Salesforce is already known to hold for the person. */
  readonly found?: FoundRow | undefined;
  /** The person as read just now, and after that its own row; null: the row could not be read. */
  readonly seen?: { readonly person: Person; readonly row: Row | null } | undefined;
}

/** How often others may write an item between its read and our write. */
const MAX_REFUSALS = 8;

/** More steps than any question takes: whatever comes to more goes in a circle. */
const MAX_STEPS = 60;

/** One question on its way, with all that was read for it, and what has come of it. */
export class Asking {
  readonly question: Question;
  readonly manner: Manner;
  readonly known: Known;
  readonly pulled: string[] = [];
  readonly conflicts: Conflict[] = [];
  /** Whether anything was stored. */
  hasWritten = false;
  /** The rows that were taken on the way. */
  readonly taken: Row[] = [];
  ended: Ended | undefined;
  readonly #sent = new Set<string>();
  #found: FoundRow | undefined;
  #refusals = 0;
  #steps = 0;
  readonly #items = new Map<string, StoredItem | null>();
  readonly #stored = new Map<string, StoredItem | null>();
  readonly #rows = new Map<string, Row | null>();
  readonly #claimants = new Map<string, string | null>();
  readonly #shared = new Map<string, boolean>();

  constructor(question: Question, manner: Manner, schemas: Schemas, isLeased: (person: Person) => boolean) {
    this.question = question;
    this.manner = manner;
    this.#found = manner.found;
    if (manner.seen !== undefined) this.#see(manner.seen);
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

  /** The person as it was read or written last. */
  person(personId: string): Person | undefined {
    const item = this.#items.get(personId);
    return isPerson<Person>(item) ? item : undefined;
  }

  /** The person that the question led to, as stored now. */
  get reached(): Person | undefined {
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

  /** What was read stays known after a write; after a refused write everything is read again. */
  takeOutcome(outcome: StepOutcome): void {
    this.#steps += 1;
    if (outcome.kind === 'busy' || this.#steps > MAX_STEPS) this.ended = { kind: 'busy' };
    else if (outcome.kind === 'sent') this.#sent.add(outcome.about);
    else if (outcome.kind === 'parked') this.#parkAt(outcome.item);
    else if (outcome.kind === 'refused') this.#startAgain();
    else {
      const { item, isStored, pulled, conflicts } = outcome;
      this.#items.set(item.personId, item);
      if (isStored) this.#stored.set(item.personId, item);
      this.hasWritten ||= isStored;
      this.pulled.push(...pulled);
      this.conflicts.push(...conflicts);
    }
  }

  /**
   * A lease that has run out remembers what a lost push attempted, until the row has been read, or the one that took its
   * place.
   */
  #hasToBeRead(person: Person, row: Row, isLeased: (person: Person) => boolean): boolean {
    const isLapsed = person.lease !== null && person.lease.owner !== this.manner.token && !isLeased(person);
    return isLapsed && successorOf(row) === null;
  }

  #see({ person, row }: NonNullable<Manner['seen']>): void {
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
    this.#found = this.manner.found;
  }
}
