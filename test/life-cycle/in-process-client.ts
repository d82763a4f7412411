import type { CompositeAnswer, SalesforceClient, StreamedAnswer } from '../../lib/salesforce/client.ts';
import { compositeBody, subAnswers } from '../../lib/salesforce/composite.ts';
import { callError, errorEntries } from '../../lib/salesforce/error-map.ts';
import type { SubAnswer, Subrequest } from '../../lib/salesforce/subrequest.ts';
import type { OrgResponse } from '../sandbox/org/http-message.ts';

export const DATA = '/services/data/v64.0';

/** The org as the product's client reaches it, without HTTP and without faults. */
export class InProcessClient implements SalesforceClient {
  #calls = 0;
  readonly #ask: (method: string, path: string, body?: unknown) => OrgResponse;
  readonly #now: () => number;
  /** Called before each request that writes: a test may do something at this very moment. */
  beforeWrite: () => void = () => undefined;
  waits: (milliseconds: number) => void = () => undefined;

  constructor(ask: (method: string, path: string, body?: unknown) => OrgResponse, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  async composite(subrequests: readonly Subrequest[], writes: boolean): Promise<CompositeAnswer> {
    if (writes) this.beforeWrite();
    this.#calls += 1;
    const answer = this.#ask('POST', '/composite', compositeBody(DATA, subrequests));
    if (answer.status !== 200) throw callError(answer.status, errorEntries(answer.body), writes);
    const answers = subAnswers(answer.body, subrequests.length, writes);
    const beganAt = Math.floor(this.#now() / 1000) * 1000;
    return { answers, beganAt, tookMs: 0 };
  }

  async oneByOne(): Promise<readonly SubAnswer[]> {
    throw new Error('no test sends a text that looks like a reference');
  }

  async stream(): Promise<StreamedAnswer> {
    throw new Error('no test reads by the Bulk API');
  }

  usage() {
    return { calls: this.#calls, org: null };
  }

  async now(): Promise<number> {
    return this.#now();
  }

  async wait(milliseconds: number): Promise<void> {
    this.waits(milliseconds);
  }
}
