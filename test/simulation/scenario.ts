import type { FieldValue } from '../../lib/person/field-value.ts';
import type { DeletedHere } from '../../lib/person/person.ts';
import type { AssignTo } from '../../lib/sync/assign-to.ts';
import { Dice } from './dice.ts';
import { EDITED_FIELDS } from './fields.ts';
import type { RefusalName } from './refusals.ts';
import { type Addition, additionsOf, type Interruption, interruptionsOf, type Wish } from './scenario-additions.ts';
import { drawFaults, FAULTS, type FaultName } from './swarm.ts';

/** What somebody does, and when, in milliseconds from the beginning. Subjects are persons by number. */
export type Operation = { readonly at: number; readonly subject: number } & (
  | { readonly kind: 'salesEdit' | 'marketingEdit'; readonly field: string; readonly value: FieldValue }
  | { readonly kind: 'salesTransaction'; readonly field: string; readonly value: FieldValue; readonly seconds: number }
  | { readonly kind: 'massUpdate' | 'massEdit'; readonly field: string; readonly value: FieldValue }
  | { readonly kind: 'create'; readonly sync: boolean; readonly times: number }
  | { readonly kind: 'salesCreate'; readonly object: 'Lead' | 'Contact' }
  | { readonly kind: 'sync' | 'delete' | 'undelete' | 'hardDelete' | 'convert' | 'revive' | 'preview' }
  | { readonly kind: 'deleteHere'; readonly salesforce: DeletedHere['salesforce'] }
  | { readonly kind: 'assign'; readonly to: AssignTo['kind']; readonly choice: number }
  /** The subject's row becomes a part of another's; `other` chooses among those that it can be merged with. */
  | { readonly kind: 'merge' | 'convertInto'; readonly other: number }
  /** Marketing edits one field of the subject and of another, who may then become one. */
  /** One side gives the subject and another the email of each other, the one some seconds before the other. */
  | { readonly kind: 'swapEmails'; readonly other: number; readonly side: 'sales' | 'marketing' }
  | { readonly kind: 'contest'; readonly other: number; readonly field: string; readonly values: readonly FieldValue[] }
  /** All persons of the story, or those who were never in Salesforce, as one list. */
  | { readonly kind: 'syncList'; readonly who: 'all' | 'localOnly'; readonly pausedFor: number }
  | { readonly kind: 'reconcile'; readonly acceptMissing: boolean }
  | { readonly kind: 'share'; readonly visible: boolean }
  | { readonly kind: 'addField' | 'renameField' | 'retypeField' | 'acceptField' }
  | { readonly kind: 'refuse'; readonly naming: RefusalName }
  | { readonly kind: 'mend' }
  | { readonly kind: 'outage' | 'storeDown'; readonly minutes: number }
  | { readonly kind: 'rule' | 'access' | 'automation'; readonly on: boolean }
);

/** Where a person is first seen. */
export type Origin = 'Lead' | 'Contact' | 'here';

export interface Scenario {
  readonly seed: number;
  readonly faults: readonly FaultName[];
  readonly subjects: readonly Origin[];
  readonly operations: readonly Operation[];
  readonly minutes: number;
}

const RECENT_MS = 10 * 60_000;
const LONG_PAUSE_MS = 4 * 60_000;
const INTERESTS = ['Golf', 'Chess', 'Opera', 'Sailing'];

/** The story of a seed: who does what when. What the product makes of it is not part of it. */
export function drawScenario(seed: number): Scenario {
  const dice = new Dice(seed).fork('scenario');
  const faults = drawFaults(dice.fork('faults'));
  const few = dice.between(2, 7);
  const crowdDice = dice.fork('crowd');
  const count = faults.includes('crowd') ? crowdDice.between(150, 400) : few;
  const subjects = Array.from(
    { length: count },
    (): Origin => (dice.chance(0.55) ? 'Lead' : dice.chance(0.45) ? 'Contact' : 'here'),
  );
  const writer = new ScenarioWriter(dice, faults, subjects);
  const operations = writer.write(dice.between(10, 60));
  const last = operations.reduce((end, operation) => Math.max(end, endOf(operation)), 0);
  return { seed, faults, subjects, operations, minutes: Math.ceil(last / 60_000) + 1 };
}

/** A transaction is a fault until it commits: only then does the time begin in which both sides must agree. */
function endOf(operation: Operation): number {
  return operation.at + (operation.kind === 'salesTransaction' ? operation.seconds * 1000 : 0);
}

interface Edit {
  readonly at: number;
  readonly side: 'salesEdit' | 'marketingEdit';
  readonly subject: number;
  readonly field: string;
  readonly value: FieldValue;
}

class ScenarioWriter {
  readonly #dice: Dice;
  readonly #faults: ReadonlySet<FaultName>;
  readonly #subjects: readonly Origin[];
  readonly #additions: readonly Addition[];
  readonly #operations: Operation[] = [];
  readonly #edits: Edit[] = [];
  #interruptions: readonly Interruption[];
  #now = 0;
  #serial = 0;

  constructor(dice: Dice, faults: readonly FaultName[], subjects: readonly Origin[]) {
    this.#dice = dice;
    this.#faults = new Set(faults);
    this.#subjects = subjects;
    this.#additions = additionsOf(faults, dice);
    this.#interruptions = interruptionsOf(faults, dice);
  }

  write(count: number): readonly Operation[] {
    this.#subjects.forEach((origin, subject) => {
      if (origin === 'here') this.#creation(subject);
    });
    this.#now = this.#dice.between(1000, 400_000);
    if (this.#faults.has('automationRewrites')) this.#add({ kind: 'automation', on: true }, 0);
    for (let at = 0; at < count; at += 1) {
      this.#pass();
      this.#next();
    }
    return this.#operations.toSorted((one, other) => one.at - other.at);
  }

  #pass(): void {
    const dice = this.#dice;
    if (dice.chance(0.3)) this.#now += dice.between(0, 2000);
    else if (dice.chance(0.5)) this.#now += dice.between(1000, 40_000);
    else this.#now += dice.between(20_000, LONG_PAUSE_MS);
  }

  #next(): void {
    const dice = this.#dice;
    if (dice.chance(0.12)) this.#add({ kind: 'sync' }, dice.below(this.#subjects.length));
    else this.#edit();
    const near = this.#operations.at(-1)?.subject ?? 0;
    for (const { faultDice, strikes, operations } of this.#additions) {
      if (!faultDice.chance(strikes)) continue;
      // What happens to a row matters most while it is edited.
      const subject = faultDice.chance(0.6) ? near : faultDice.below(this.#subjects.length);
      for (const { after, ...what } of operations(faultDice)) this.#add(what, subject, after);
    }
    for (const interruption of this.#interruptions) this.#perhapsInterrupt(interruption);
  }

  /** Once in a story; what had been meant for later happens in the dark. */
  #perhapsInterrupt(interruption: Interruption): void {
    const { faultDice, strikes, kind, minutes } = interruption;
    if (!faultDice.chance(strikes)) return;
    this.#interruptions = this.#interruptions.filter((each) => each !== interruption);
    this.#add({ kind, minutes }, 0);
    this.#now += minutes * 60_000;
  }

  #edit(): void {
    const dice = this.#dice;
    const side = dice.chance(0.5) ? 'salesEdit' : 'marketingEdit';
    const recent = this.#edits.filter((edit) => edit.side !== side && this.#now - edit.at < RECENT_MS);
    // Edits that meet by chance alone would hardly ever meet.
    const other = recent.length > 0 && dice.chance(0.7) ? dice.pick(recent) : undefined;
    const subject = other?.subject ?? dice.below(this.#subjects.length);
    const field = other?.field ?? dice.pick(EDITED_FIELDS);
    const value = other !== undefined && dice.chance(0.1) ? other.value : this.#value(side, subject, field);
    this.#record({ at: this.#now, side, subject, field, value });
  }

  #record(edit: Edit): void {
    this.#edits.push(edit);
    const { side, subject, field, value } = edit;
    const slow = this.#dice.fork(`transaction ${this.#edits.length}`);
    if (side === 'salesEdit' && this.#faults.has('longTransaction') && slow.chance(FAULTS.longTransaction.strikes)) {
      const seconds = slow.between(1, slow.chance(0.5) ? 60 : 1200);
      this.#add({ kind: 'salesTransaction', field, value, seconds }, subject);
    } else this.#add({ kind: side, field, value }, subject);
  }

  #value(side: Edit['side'], subject: number, field: string): FieldValue {
    const dice = this.#dice;
    if (field === 'DoNotCall') return dice.chance(0.5);
    if (field === 'Interests__c') return INTERESTS.filter(() => dice.chance(0.4)).join(';') || null;
    if (dice.chance(0.04)) return null;
    const earlier = this.#edits.filter((edit) => edit.subject === subject && edit.field === field);
    if (earlier.length > 0 && dice.chance(0.05)) return dice.pick(earlier).value;
    return this.#newValue(side, field);
  }

  /** A value that no other edit has. */
  #newValue(side: Edit['side'], field: string): FieldValue {
    this.#serial += 1;
    const mayBeBad = field === 'Title' && side === 'marketingEdit' && this.#faults.has('validationRule');
    if (mayBeBad && this.#dice.fork(`bad ${this.#serial}`).chance(0.3)) return `bad${this.#serial}`;
    if (field === 'NumberOfEmployees') return this.#serial;
    return field === 'Score__c' ? this.#serial + 0.25 : `${side === 'salesEdit' ? 's' : 'm'}${this.#serial}`;
  }

  #creation(subject: number): void {
    this.#now = this.#dice.between(20_000, 900_000);
    const times = this.#dice.chance(0.4) ? this.#dice.between(2, 5) : 1;
    this.#add({ kind: 'create', sync: this.#dice.chance(0.6), times }, subject);
    if (!this.#dice.chance(0.3)) return;
    // Sales hears of the same person at about the same time.
    this.#now += this.#dice.between(-20_000, this.#dice.chance(0.5) ? 20_000 : 400_000);
    this.#add({ kind: 'salesCreate', object: this.#dice.pick(['Lead', 'Contact']) }, subject);
  }

  #add(what: Wish, subject: number, after = 0): void {
    this.#operations.push({ ...what, at: this.#now + after, subject } as Operation);
  }
}
