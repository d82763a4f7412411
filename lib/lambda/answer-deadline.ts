import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from './api/problem.ts';

/** Maximum wait of a caller: API Gateway gives up after 30 seconds. */
export const LONGEST_MS = 28_000;

/** Time reserved for answering. */
export const TO_ANSWER_MS = 500;

/** Facts about a call before the answer. */
export class Progress {
  #personId: string | undefined;
  readonly #heard: (personId: string) => void;

  /** `heard` is told of the person as soon as it is known. */
  constructor(heard: (personId: string) => void) {
    this.#heard = heard;
  }

  /** The person is stored with the call's edits, whatever follows. */
  stored(personId: string): void {
    this.#personId = personId;
    this.#heard(personId);
  }

  /** The answer at the deadline: requests sent before may still be carried out. */
  late(problem: 'store-unavailable' | 'salesforce-unavailable'): Problem {
    const options = { retryAfterSeconds: 30 };
    if (this.#personId === undefined) return new Problem(problem, 'no answer came in time; try again', options);
    const members = { personId: this.#personId };
    return new Problem(problem, 'the edits are kept; the rest was not done in time', { ...options, members });
  }
}

/** The result of the work, or the error `late()` at the deadline. The work itself is not cancelled. */
export async function inTime<Result>(work: Promise<Result>, remainingMs: number, late: () => Problem): Promise<Result> {
  const end = new AbortController();
  const deadline = async (): Promise<never> => {
    await sleep(Math.max(0, Math.min(LONGEST_MS, remainingMs - TO_ANSWER_MS)), undefined, { signal: end.signal });
    throw late();
  };
  try {
    return await Promise.race([work, deadline()]);
  } finally {
    end.abort();
  }
}
