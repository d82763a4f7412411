import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from './api/problem.ts';

/** What a caller waits for at most: API Gateway gives up after 30 seconds, and with it the caller. */
const LONGEST_MS = 28_000;

/** What a function keeps of its own time to answer with. */
const TO_ANSWER_MS = 500;

/** What is known of a call before its answer is. */
export class Progress {
  #personId: string | undefined;

  /** The person is stored with the edits of this call, whatever comes next. */
  kept(personId: string): void {
    this.#personId = personId;
  }

  /** The answer where the work is not done in time: what was sent by then may still be carried out. */
  late(problem: 'store-unavailable' | 'salesforce-unavailable'): Problem {
    const options = { retryAfterSeconds: 30 };
    if (this.#personId === undefined) return new Problem(problem, 'no answer came in time; try again', options);
    const members = { personId: this.#personId };
    return new Problem(problem, 'the edits are kept; the rest was not done in time', { ...options, members });
  }
}

/** The work, or `late` where it takes longer than the function has left. The work itself is not undone. */
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
