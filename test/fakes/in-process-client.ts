import type { CompositeAnswer, SalesforceClient, StreamedAnswer } from '../../lib/salesforce/client.ts';
import { compositeBody, subAnswers } from '../../lib/salesforce/composite.ts';
import { callError, errorEntries } from '../../lib/salesforce/error-map.ts';
import type { SubAnswer, Subrequest } from '../../lib/salesforce/subrequest.ts';
import type { ApiUsage } from '../../lib/sync/ports/change-feed.ts';
import type { Org } from '../sandbox/org/create-org.ts';
import type { OrgResponse } from '../sandbox/org/http-message.ts';

const ROOT = '/services/data/v64.0';

/** What a test does around a call; what it throws is what the caller gets. */
export interface CallHooks {
  before: (subrequests: readonly Subrequest[], writes: boolean) => unknown;
  after: (subrequests: readonly Subrequest[], writes: boolean) => unknown;
  /** Before each subrequest of a composite request but the first: others may save between two of them. */
  between: ((subrequest: Subrequest) => void) | undefined;
  wait: (milliseconds: number) => void;
}

/** The simulated org as the product's client reaches it, in this process. */
export class InProcessClient implements SalesforceClient {
  readonly hooks: CallHooks = {
    before: () => undefined,
    after: () => undefined,
    between: undefined,
    wait: () => undefined,
  };
  readonly #org: Org;
  readonly #user: string;
  #token: string;
  #calls = 0;
  #paused: () => void = () => undefined;

  constructor(org: Org, user: 'lockstep' | 'admin') {
    this.#org = org;
    this.#user = user;
    this.#token = this.#signIn();
  }

  async composite(subrequests: readonly Subrequest[], writes: boolean): Promise<CompositeAnswer> {
    await this.hooks.before(subrequests, writes);
    const body = compositeBody(ROOT, subrequests);
    const response = this.#pausing(subrequests, () => this.call('POST', '/composite', body));
    await this.hooks.after(subrequests, writes);
    if (response.status !== 200) throw callError(response.status, errorEntries(response.body), writes);
    const answers = subAnswers(response.body, subrequests.length, writes);
    return { answers, beganAt: this.#org.clock.now(), tookMs: 0 };
  }

  async oneByOne(subrequests: readonly Subrequest[]): Promise<readonly SubAnswer[]> {
    return subrequests.map(({ method, path, body, headers: sent = {} }) => {
      const { status, headers, body: told } = this.call(method, path, body, lowerCased(sent));
      return { status, headers: lowerCased(headers), body: told };
    });
  }

  async stream({ method, path, headers: sent = {} }: Subrequest): Promise<StreamedAnswer | SubAnswer> {
    const { status, headers, body } = this.call(method, path, undefined, lowerCased(sent));
    if (status >= 300) return { status, headers: lowerCased(headers), body };
    return { headers: lowerCased(headers), chunks: chunksOf(String(body)) };
  }

  usage(): ApiUsage {
    return { calls: this.#calls, org: null };
  }

  async now(): Promise<number> {
    return this.#org.clock.now();
  }

  async wait(milliseconds: number): Promise<void> {
    this.hooks.wait(milliseconds);
  }

  /** One request of the REST API. */
  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): OrgResponse {
    this.#calls += 1;
    const response = this.#send(method, path, body, headers);
    if (response.status !== 401) return response;
    this.#token = this.#signIn();
    return this.#send(method, path, body, headers);
  }

  /** Has the org pause between the subrequests of a request, where a test wants to do something there. */
  #pausing(subrequests: readonly Subrequest[], send: () => OrgResponse): OrgResponse {
    const { between } = this.hooks;
    if (between === undefined) return send();
    let at = 0;
    this.#paused = () => {
      at += 1;
      const next = subrequests[at];
      if (next !== undefined) between(next);
    };
    const off = this.#org.state.faults.add({ kind: 'betweenSubrequests', milliseconds: 1 });
    try {
      return send();
    } finally {
      off();
      this.#paused = () => undefined;
    }
  }

  #send(method: string, path: string, body: unknown, more: Record<string, string>): OrgResponse {
    const headers = { authorization: `Bearer ${this.#token}`, 'sforce-auto-assign': 'FALSE', ...more };
    const working = this.#org.begin({ method, path: ROOT + path, headers, body });
    for (;;) {
      const step = working.next(false);
      if (step.done) return step.value;
      if (step.value.for === 'subrequest') this.#paused();
    }
  }

  #signIn(): string {
    const body = `grant_type=client_credentials&client_id=${this.#user}&client_secret=${this.#user}`;
    const answer = this.#org.handle({ method: 'POST', path: '/services/oauth2/token', headers: {}, body });
    return (answer.body as { readonly access_token: string }).access_token;
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A text in pieces, as a network brings it. */
export async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

const CHUNK_BYTES = 1000;
