import { Connection } from 'jsforce/lib/connection.js';
import { ConfigError, QuotaExceededError, TransientError } from '../sync/errors.ts';
import type { ApiUsage } from '../sync/ports/change-feed.ts';
import { compositeBody, subAnswers, subAnswersOfBytes } from './composite.ts';
import { callError, endedAfterWrite, errorEntries, lostAnswer, unexpectedAnswer } from './error-map.ts';
import {
  type ClientTime,
  type Exchange,
  type Fetch,
  FetchTransport,
  fetchWhenAwake,
  type Reading,
  SYSTEM_TIME,
} from './fetch-transport.ts';
import { errorBody, httpRequest } from './jsforce-request.ts';
import { type SalesforceCredentials, Session } from './session.ts';
import { isSecureUrl } from './sites.ts';
import { isWrite, type SubAnswer, type Subrequest } from './subrequest.ts';

/** The version of the REST API. Salesforce supports old versions for years. */
export const API_VERSION = '64.0';

/** Older usage reports are ignored: the rolling daily usage falls. */
const USAGE_IS_NEWS_MS = 10 * 60_000;

/**
 * The header `Sforce-Limit-Info: api-usage=18/5000`.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
 */
const API_USAGE = /(?:^|[\s;,])api-usage=(\d+)\/(\d+)/;

export interface SalesforceClientOptions {
  readonly credentials: SalesforceCredentials;
  /** Returns the present credentials; absent: never change. */
  readonly renewCredentials?: () => Promise<SalesforceCredentials>;
  /**
   * Throws unless the org (organization id, or host without an id) is the expected org. Called before any read or
   * write; absent: every org is accepted.
   */
  readonly admit?: (organization: string) => Promise<void>;
  readonly apiVersion?: string;
  /**
   * Timeout of one call, including the answer: nothing is sent later. Must end well before the function's timeout and
   * before the lease of a push; signing in may take as long again.
   */
  readonly timeoutMs: number;
  /** Share of the org's daily calls to leave unused: 0 for sync person, the setting `apiReserve` otherwise. */
  readonly reserve: number;
  /** Hears of each call that counts against the org's daily limit, once its answer is here or lost. */
  readonly onCall?: (call: MadeCall) => void;
  /** Absent: Node's fetch. */
  readonly fetch?: Fetch;
  /** Absent: the process's time. */
  readonly time?: ClientTime;
}

/** One API call: how long its answer took, and whether none came or it was an error. */
export interface MadeCall {
  readonly tookMs: number;
  readonly failed: boolean;
}

/** A successful answer, streamed. */
export interface StreamedAnswer {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Throws `TransientError` where the connection breaks, or delivers nothing for the timeout of a call. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface CompositeAnswer {
  /** In the order of the subrequests. */
  readonly answers: readonly SubAnswer[];
  /** Salesforce's time in milliseconds, not later than the start of the work. */
  readonly beganAt: number;
  /** From sending the request to the end of the answer. */
  readonly tookMs: number;
}

/**
 * Salesforce over HTTP. A failure of the whole call is thrown: `TransientError`, `QuotaExceededError`, `ConfigError`; a
 * failure of a subrequest is the subrequest's answer. `writes`: whether any subrequest changes a record.
 */
export interface SalesforceClient {
  /**
   * Up to 25 subrequests (at most 5 queries or collections), in order, in one API call. A failed subrequest does not
   * stop the following ones.
   */
  composite(subrequests: readonly Subrequest[], writes: boolean): Promise<CompositeAnswer>;

  /**
   * The same with one API call per subrequest: for bodies with `@{`, which a composite request treats as a reference.
   */
  oneByOne(subrequests: readonly Subrequest[]): Promise<readonly SubAnswer[]>;

  /** A read with an answer too long for memory, as one API call; a refusal is returned unstreamed. */
  stream(subrequest: Subrequest): Promise<StreamedAnswer | SubAnswer>;

  usage(): ApiUsage;

  /**
   * Salesforce's clock in milliseconds since the epoch, from the last answer, never ahead of Salesforce; signs in if no
   * answer is known.
   */
  now(): Promise<number>;

  /** Resolves after the given milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

/** A client signing in automatically: before the first call, and once more when the token has expired. */
export function createSalesforceClient(options: SalesforceClientOptions): SalesforceClient {
  const { loginUrl } = options.credentials;
  if (!URL.canParse(loginUrl)) throw new ConfigError('The Salesforce loginUrl is not a URL');
  if (!isSecureUrl(loginUrl)) throw new ConfigError('The Salesforce loginUrl has to begin with https://');
  return new JsforceClient(options);
}

interface TimedAnswer extends SubAnswer {
  readonly chunks: FetchTransport['chunks'];
  readonly bytes: FetchTransport['bytes'];
  readonly beganAt: number;
  readonly tookMs: number;
}

/** `writes`: a lost answer may hide a write by the request or an earlier request of the same call. */
interface Sending {
  readonly writes: boolean;
  /** In the time of `ClientTime.elapsed`. */
  readonly deadline: number;
  /** How to read a successful answer; absent: as text. */
  readonly reads?: Reading;
}

class JsforceClient implements SalesforceClient {
  readonly #options: SalesforceClientOptions;
  readonly #time: ClientTime;
  readonly #connection: Connection;
  readonly #session: Session;
  #calls = 0;
  /** The org's use from the last `Sforce-Limit-Info`, with the time. */
  #orgUse: ApiUsage['org'] = null;
  #usageToldAt = 0;
  /** Salesforce's clock minus ours. */
  #clockLead = 0;

  constructor(options: SalesforceClientOptions) {
    this.#options = options;
    this.#time = options.time ?? SYSTEM_TIME;
    this.#connection = new Connection({
      loginUrl: options.credentials.loginUrl,
      version: options.apiVersion ?? API_VERSION,
      callOptions: { client: 'lockstep' },
    });
    this.#session = new Session({
      connection: this.#connection,
      credentials: options.credentials,
      renewCredentials: options.renewCredentials ?? (async () => options.credentials),
      admit: options.admit ?? (async () => {}),
      transport: () => this.#transport(options.timeoutMs),
      now: () => this.#now(),
      heard: (exchange) => this.#heard(exchange),
    });
  }

  async composite(subrequests: readonly Subrequest[], writes: boolean): Promise<CompositeAnswer> {
    const body = compositeBody(`/services/data/v${this.#connection.version}`, subrequests);
    const subrequest: Subrequest = { method: 'POST', path: '/composite', body };
    const reads = subrequests.some(({ columns }) => columns !== undefined) ? 'bytes' : 'text';
    const answer = await this.#send(subrequest, { writes, deadline: this.#deadline(), reads });
    const { status, bytes, beganAt, tookMs } = answer;
    if (status !== 200) throw callError(status, errorEntries(answer.body), writes);
    const answers =
      bytes === undefined
        ? subAnswers(answer.body, subrequests.length, writes)
        : subAnswersOfBytes(bytes, subrequests, writes);
    return { answers, beganAt, tookMs };
  }

  async oneByOne(subrequests: readonly Subrequest[]): Promise<readonly SubAnswer[]> {
    const answers: SubAnswer[] = [];
    const deadline = this.#deadline();
    let writes = false;
    for (const subrequest of subrequests) {
      const written = writes;
      writes ||= isWrite(subrequest);
      const answer = this.#send(subrequest, { writes, deadline });
      answers.push(await (written ? answer.catch(endedAfterWrite) : answer));
    }
    return answers;
  }

  async stream(subrequest: Subrequest): Promise<StreamedAnswer | SubAnswer> {
    const answer = await this.#send(subrequest, { writes: false, deadline: this.#deadline(), reads: 'chunks' });
    const { status, headers, body, chunks } = answer;
    // A failed answer has no chunks.
    return chunks === undefined ? { status, headers, body } : { headers, chunks };
  }

  usage(): ApiUsage {
    return { calls: this.#calls, org: this.#orgUse };
  }

  async now(): Promise<number> {
    await this.#session.token();
    return this.#now();
  }

  wait(milliseconds: number): Promise<void> {
    return this.#time.wait(milliseconds);
  }

  #deadline(): number {
    return this.#time.elapsed() + this.#options.timeoutMs;
  }

  async #send(subrequest: Subrequest, sending: Sending): Promise<TimedAnswer> {
    this.#keepReserve();
    const token = await this.#session.token();
    const answer = await this.#attempt(subrequest, sending);
    if (answer.status !== 401) return answer;
    // Refused before any work: repeating the request with a new token is safe, once.
    await this.#session.tokenInsteadOf(token);
    const second = await this.#attempt(subrequest, sending);
    if (second.status !== 401) return second;
    throw callError(401, errorEntries(second.body), false);
  }

  async #attempt(subrequest: Subrequest, { writes, deadline, reads }: Sending): Promise<TimedAnswer> {
    const left = Math.floor(deadline - this.#time.elapsed());
    if (left <= 0) throw new TransientError('TIMEOUT', 'No time was left to call Salesforce');
    const transport = this.#transport(left, reads);
    this.#calls += 1;
    const startedAt = this.#time.elapsed();
    let body: unknown;
    try {
      body = await this.#connection.request(httpRequest(subrequest), { transport });
    } catch (error) {
      if (transport.exchange === undefined) throw lostAnswer(error, writes);
      body = errorBody(error);
    } finally {
      const failed = transport.exchange === undefined || transport.exchange.status >= 400;
      this.#options.onCall?.({ tookMs: this.#time.elapsed() - startedAt, failed });
    }
    const { exchange } = transport;
    if (exchange === undefined) throw unexpectedAnswer('request', writes);
    this.#heard(exchange);
    const { status, headers, durationMs } = exchange;
    const { chunks, bytes } = transport;
    return { status, headers, body, chunks, bytes, beganAt: this.#beganAt(exchange), tookMs: durationMs };
  }

  #transport(timeoutMs: number, reads: Reading = 'text'): FetchTransport {
    const { fetch = fetchWhenAwake } = this.#options;
    return new FetchTransport({ fetch, timeoutMs, time: this.#time, reads });
  }

  #keepReserve(): void {
    const use = this.#orgUse;
    const { reserve } = this.#options;
    if (reserve === 0 || use === null || this.#time.now() - this.#usageToldAt > USAGE_IS_NEWS_MS) return;
    if (use.max - use.used > reserve * use.max) return;
    throw new QuotaExceededError(`Salesforce: ${use.used} of ${use.max} daily API requests used, the rest is kept`);
  }

  #heard({ headers }: Exchange): void {
    const date = Date.parse(headers.date ?? '');
    if (!Number.isNaN(date)) this.#clockLead = date - this.#time.now();
    // Read directly: jsforce does not see the headers of streamed answers.
    const [, used, max] = API_USAGE.exec(headers['sforce-limit-info'] ?? '') ?? [];
    if (used === undefined || max === undefined) return;
    this.#orgUse = { used: Number(used), max: Number(max) };
    this.#usageToldAt = this.#time.now();
  }

  #now(): number {
    return this.#time.now() + this.#clockLead;
  }

  /** The `Date` header has whole seconds, rounded down, and is written after the work began. */
  #beganAt({ headers, durationMs }: Exchange): number {
    const date = Date.parse(headers.date ?? '');
    const answeredAt = Number.isNaN(date) ? Math.floor(this.#now() / 1000) * 1000 : date;
    return answeredAt - Math.ceil(durationMs / 1000) * 1000;
  }
}
