import type { FieldValue } from '../../lib/person/field-value.ts';
import { UnexpectedAnswerError } from '../sandbox/clients/json-call.ts';
import type { PersonView } from '../sandbox/clients/person-api-client.ts';
import { alike, type FOLLOWED_FIELDS } from '../simulation/fields.ts';

export type FollowedField = (typeof FOLLOWED_FIELDS)[number];

export type Side = 'marketing' | 'sales';

/**
 * How a request ended for who sent it: `unreached` is one that nobody was there to take, `maybe` one that was answered
 * with a failure, or never.
 */
export type Answer = 'accepted' | 'refused' | 'unreached' | 'maybe';

/** One edit of one field. No other edit has its value. */
export interface Edit {
  readonly side: Side;
  /** The person's id of a marketing edit, the row's of a sales edit. */
  readonly of: string;
  readonly field: FollowedField;
  readonly value: string | number;
  /** What the field held when sales opened the record. */
  readonly saw: FieldValue;
  /** Milliseconds; of a sales edit, when the record was opened. */
  readonly requestedAt: number;
  answeredAt: number;
  answer: Answer | 'open';
}

export type EditWish = Pick<Edit, 'side' | 'of' | 'field' | 'value' | 'saw' | 'requestedAt'>;

/** Something that failed or was killed, in milliseconds. */
export interface Trouble {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  /** Whether a push may have committed meanwhile without its answer having come through. */
  readonly losesAnswers: boolean;
}

/** Somebody deleted a person here, with its row or without. */
export interface Deletion {
  /** As it was shown right before. */
  readonly person: PersonView;
  readonly salesforce: 'keep' | 'delete';
  readonly answer: Answer;
}

/** What the outside did and was answered, for the checks at the end. */
export class SoakLedger {
  readonly edits: Edit[] = [];
  /** Each email that a person or row of the soak has ever had. */
  readonly emails = new Set<string>();
  /** Rows that people have deleted, merged away or converted at any time. */
  readonly takenOut = new Set<string>();
  /** Rows that people have deleted for good, each with the `Person_Id__c` that it had. */
  readonly purged = new Map<string, string | null>();
  /** The rows that took the place of those that people have merged away or converted. */
  readonly became = new Map<string, string>();
  readonly deletions: Deletion[] = [];
  /** How often a sync has answered that it created a person's Lead. */
  readonly creations = new Map<string, number>();
  readonly counts = new Map<string, number>();
  readonly troubles: Trouble[] = [];
  #values = 0;

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  /** A value that no other edit has. */
  newValue(side: Side, field: FollowedField, isBad = false): string | number {
    this.#values += 1;
    // Above the scores that seeded records have.
    if (field === 'Score__c') return 1000 + this.#values;
    return `${isBad ? 'bad' : field} ${this.#values} of ${side}`;
  }

  /** Sends an edit and notes what came of it. */
  async edit(wish: EditWish, send: () => Promise<unknown>): Promise<Answer> {
    const edit: Edit = { ...wish, answeredAt: Number.POSITIVE_INFINITY, answer: 'open' };
    this.edits.push(edit);
    edit.answer = await answerOf(send());
    edit.answeredAt = Date.now();
    return edit.answer;
  }

  /** Whether a push may have lost its answer in this time. */
  mayHaveLostAnswer({ from, to }: Pick<Trouble, 'from' | 'to'>): boolean {
    return this.troubles.some((trouble) => trouble.losesAnswers && trouble.from <= to && trouble.to >= from);
  }

  find(side: Side, field: string, value: FieldValue): Edit | undefined {
    return this.edits.find((edit) => edit.side === side && edit.field === field && alike(edit.value, value));
  }
}

/** How a request ended; throws what is no answer and no broken connection. */
export async function answerOf(work: Promise<unknown>): Promise<Answer> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    if (error instanceof UnexpectedAnswerError) return error.answer.status < 500 ? 'refused' : 'maybe';
    if (isBrokenConnection(error)) return wasRefused(error) ? 'unreached' : 'maybe';
    throw error;
  }
}

/** https://fetch.spec.whatwg.org/#fetch-method: a network error is a `TypeError`; so is one in the middle of a body. */
export function isBrokenConnection(error: unknown): error is TypeError {
  return error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message);
}

function wasRefused({ cause }: TypeError): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}
