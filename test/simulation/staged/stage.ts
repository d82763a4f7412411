import type { FieldValue } from '../../../lib/person/field-value.ts';
import { Dice } from '../dice.ts';
import { POLL_MS } from '../play-story.ts';
import type { Operation, Origin, Scenario } from '../scenario.ts';
import type { FaultName } from '../swarm.ts';

/** A time in which one fault strikes with a likelihood of its own, in milliseconds from the beginning. */
export interface Storm {
  readonly fault: FaultName;
  readonly from: number;
  readonly to: number;
  readonly strikes: number;
}

/** The row of one person becomes a part of another's, in Salesforce: two of one object, or a Lead and a Contact. */
export interface Join {
  readonly at: number;
  readonly subject: number;
  readonly into: number;
}

/** A story told for the sake of one order of events that chance alone hardly ever brings about. */
export interface Stage extends Scenario {
  readonly firstPollAt: number;
  readonly storms: readonly Storm[];
  readonly joins: readonly Join[];
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

/** The product's lease, from which it reckons when a push without an answer can commit no more. */
export const LEASE_MS = 11 * MINUTE;

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;
type Act = DistributiveOmit<Operation, 'at' | 'subject'>;

/** Writes one stage. What it draws depends on the name of the family and the seed alone. */
export class StageWriter {
  readonly dice: Dice;
  readonly firstPollAt: number;
  readonly subjects: Origin[] = [];
  readonly #seed: number;
  readonly #operations: Operation[] = [];
  readonly #storms: Storm[] = [];
  readonly #joins: Join[] = [];
  readonly #faults = new Set<FaultName>();
  #serial = 0;

  constructor(family: string, seed: number) {
    this.#seed = seed;
    this.dice = new Dice(seed).fork(`stage ${family}`);
    this.firstPollAt = this.dice.between(2 * SECOND, 30 * SECOND);
  }

  /** When the poll of this number comes, the first of them being 0. */
  poll(number: number): number {
    return this.firstPollAt + number * POLL_MS;
  }

  subject(origin: Origin): number {
    return this.subjects.push(origin) - 1;
  }

  act(at: number, subject: number, what: Act): void {
    this.#operations.push({ ...what, at: Math.round(at), subject } as Operation);
  }

  join(at: number, subject: number, into: number): void {
    this.#joins.push({ at: Math.round(at), subject, into });
  }

  storm(fault: FaultName, from: number, to: number, strikes = 1): void {
    this.#storms.push({ fault, from, to, strikes });
  }

  /** Faults that strike all along, as in any other story, each as likely as not. */
  weather(...faults: readonly FaultName[]): void {
    for (const fault of faults) if (this.dice.chance(0.5)) this.#faults.add(fault);
  }

  /** A fault that strikes all along. */
  always(fault: FaultName): void {
    this.#faults.add(fault);
  }

  /** A text that no other edit has. */
  value(prefix: string): FieldValue {
    this.#serial += 1;
    return `${prefix}${this.#serial}`;
  }

  finish(): Stage {
    const operations = this.#operations.toSorted((one, other) => one.at - other.at);
    const last = [...operations, ...this.#joins].reduce((latest, { at }) => Math.max(latest, at), 0);
    return {
      seed: this.#seed,
      faults: [...this.#faults],
      subjects: this.subjects,
      operations,
      minutes: Math.ceil(last / MINUTE) + 1,
      firstPollAt: this.firstPollAt,
      storms: this.#storms,
      joins: this.#joins,
    };
  }
}
