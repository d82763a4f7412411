import {
  type CompositeAnswer,
  compositeBody,
  type SalesforceClient,
  type SubAnswer,
  type Subrequest,
} from '../../lib/salesforce/client.ts';
import { callError, errorEntries } from '../../lib/salesforce/error-map.ts';
import type { ApiUsage } from '../../lib/sync/ports/change-feed.ts';
import type { Org } from '../sandbox/org/create-org.ts';
import type { OrgResponse } from '../sandbox/org/http-message.ts';

const ROOT = '/services/data/v64.0';

/** What a test does around a call; what it throws is what the caller gets. */
export interface CallHooks {
  before: (subrequests: readonly Subrequest[], writes: boolean) => unknown;
  after: (subrequests: readonly Subrequest[], writes: boolean) => unknown;
}

/** The simulated org as the product's client reaches it, in this process. */
export class InProcessClient implements SalesforceClient {
  readonly hooks: CallHooks = { before: () => undefined, after: () => undefined };
  readonly #org: Org;
  readonly #user: string;
  #token: string;
  #calls = 0;

  constructor(org: Org, user: 'lockstep' | 'admin') {
    this.#org = org;
    this.#user = user;
    this.#token = this.#signIn();
  }

  async composite(subrequests: readonly Subrequest[], writes: boolean): Promise<CompositeAnswer> {
    await this.hooks.before(subrequests, writes);
    const body = compositeBody(ROOT, subrequests);
    const response = this.call('POST', '/composite', body);
    await this.hooks.after(subrequests, writes);
    if (response.status !== 200) throw callError(response.status, errorEntries(response.body), writes);
    const { compositeResponse } = response.body as { readonly compositeResponse: readonly RawAnswer[] };
    const answers = compositeResponse.map(({ httpStatusCode, httpHeaders, body: told }) => ({
      status: httpStatusCode,
      headers: lowerCased(httpHeaders),
      body: told,
    }));
    return { answers, beganAt: this.#org.clock.now() };
  }

  async oneByOne(subrequests: readonly Subrequest[]): Promise<readonly SubAnswer[]> {
    return subrequests.map(({ method, path, body }) => {
      const { status, headers, body: told } = this.call(method, path, body);
      return { status, headers: lowerCased(headers), body: told };
    });
  }

  usage(): ApiUsage {
    return { calls: this.#calls, org: null };
  }

  async now(): Promise<number> {
    return this.#org.clock.now();
  }

  /** One request of the REST API. */
  call(method: string, path: string, body?: unknown): OrgResponse {
    this.#calls += 1;
    const response = this.#send(method, path, body);
    if (response.status !== 401) return response;
    this.#token = this.#signIn();
    return this.#send(method, path, body);
  }

  #send(method: string, path: string, body?: unknown): OrgResponse {
    const headers = { authorization: `Bearer ${this.#token}`, 'sforce-auto-assign': 'FALSE' };
    return this.#org.handle({ method, path: ROOT + path, headers, body });
  }

  #signIn(): string {
    const body = `grant_type=client_credentials&client_id=${this.#user}&client_secret=${this.#user}`;
    const answer = this.#org.handle({ method: 'POST', path: '/services/oauth2/token', headers: {}, body });
    return (answer.body as { readonly access_token: string }).access_token;
  }
}

interface RawAnswer {
  readonly httpStatusCode: number;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly body: unknown;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
