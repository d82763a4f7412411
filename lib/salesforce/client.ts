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

/** The one place that names the version of the REST API. Every release keeps the older ones for years. */
export const API_VERSION = '64.0';

/** After this long the org's use as last told is no reason any more to refuse a call: usage falls as a day rolls by. */
const USAGE_IS_NEWS_MS = 10 * 60_000;

/**
 * The header `Sforce-Limit-Info: api-usage=18/5000`.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
 */
const API_USAGE = /(?:^|[\s;,])api-usage=(\d+)\/(\d+)/;

export interface SalesforceClientOptions {
  readonly credentials: SalesforceCredentials;
  /** The credentials as they are now; left out: they never change. */
  readonly renewCredentials?: () => Promise<SalesforceCredentials>;
  /**
   * Throws where this org (its organization id, or its host where it names none) is not the one to work with. Called
   * before anything is read or written; left out: any org will do.
   */
  readonly admit?: (organization: string) => Promise<void>;
  readonly apiVersion?: string;
  /**
   * For one call, answer included: nothing is sent later than this after it began. Must end well before the
   * function's own time-out and before the lease of a push; signing in may take as long once more.
   */
  readonly timeoutMs: number;
  /** Share of the org's daily calls to leave for others: 0 for sync person, the setting `apiReserve` for the rest. */
  readonly reserve: number;
  /** Node's own where not given. */
  readonly fetch?: Fetch;
  /** That of the process where not given. */
  readonly time?: ClientTime;
}

/** The answer to a request that went well, while it still comes in. */
export interface StreamedAnswer {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends with a `TransientError` where the connection breaks, or brings nothing for as long as a call may take. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface CompositeAnswer {
  /** In the order of the subrequests. */
  readonly answers: readonly SubAnswer[];
  /** Salesforce's time, in milliseconds, not later than the moment it began to work on them. */
  readonly beganAt: number;
  /** From the sending of the request to the end of its answer. */
  readonly tookMs: number;
}

/**
 * Salesforce over HTTP. What fails as a whole is thrown: `TransientError`, `QuotaExceededError`, `ConfigError`; what
 * fails in one subrequest is its answer. `writes` says that one of them would change a record.
 */
export interface SalesforceClient {
  /**
   * Up to 25 subrequests, 5 of them queries or collections, in order, in one API call. A failing one does not hold up
   * those after it.
   */
  composite(subrequests: readonly Subrequest[], writes: boolean): Promise<CompositeAnswer>;

  /** The same as one API call each: for bodies with `@{`, which a composite request takes for a reference. */
  oneByOne(subrequests: readonly Subrequest[]): Promise<readonly SubAnswer[]>;

  /** A read whose answer is too long to be held, as one API call; what Salesforce refuses is answered whole. */
  stream(subrequest: Subrequest): Promise<StreamedAnswer | SubAnswer>;

  usage(): ApiUsage;

  /**
   * Salesforce's clock in milliseconds since the epoch, as the last answer told it, and never ahead of it; signs in to
   * hear of one.
   */
  now(): Promise<number>;

  /** Resolves after this many milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

/** A client that signs in by itself, when it first needs to and once more when its token has expired. */
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

/** `writes`: a lost answer may hide a write, of this request or of one before it. */
interface Sending {
  readonly writes: boolean;
  /** As `ClientTime.elapsed` counts. */
  readonly deadline: number;
  /** How an answer that goes well is read; left out: as text. */
  readonly reads?: Reading;
}

class JsforceClient implements SalesforceClient {
  readonly #options: SalesforceClientOptions;
  readonly #time: ClientTime;
  readonly #connection: Connection;
  readonly #session: Session;
  #calls = 0;
  /** The org's use as `Sforce-Limit-Info` last told it, and when. */
  #orgUse: ApiUsage['org'] = null;
  #usageToldAt = 0;
  /** Salesforce's clock less ours. */
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
    // Whoever streams tells an answer that goes wrong by its having no chunks at all.
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
    // Refused before anything was done: a new token and the same request again are safe, once.
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
    let body: unknown;
    try {
      body = await this.#connection.request(httpRequest(subrequest), { transport });
    } catch (error) {
      if (transport.exchange === undefined) throw lostAnswer(error, writes);
      body = errorBody(error);
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
    const told = this.#orgUse;
    const { reserve } = this.#options;
    if (reserve === 0 || told === null || this.#time.now() - this.#usageToldAt > USAGE_IS_NEWS_MS) return;
    if (told.max - told.used > reserve * told.max) return;
    throw new QuotaExceededError(`Salesforce: ${told.used} of ${told.max} daily API requests used, the rest is kept`);
  }

  #heard({ headers }: Exchange): void {
    const date = Date.parse(headers.date ?? '');
    if (!Number.isNaN(date)) this.#clockLead = date - this.#time.now();
    // Read here and not by jsforce, which is not shown the headers of an answer that it is not to parse.
    const [, used, max] = API_USAGE.exec(headers['sforce-limit-info'] ?? '') ?? [];
    if (used === undefined || max === undefined) return;
    this.#orgUse = { used: Number(used), max: Number(max) };
    this.#usageToldAt = this.#time.now();
  }

  #now(): number {
    return this.#time.now() + this.#clockLead;
  }

  /** The `Date` header has whole seconds, cut off, and is written after the work began. */
  #beganAt({ headers, durationMs }: Exchange): number {
    const date = Date.parse(headers.date ?? '');
    const answeredAt = Number.isNaN(date) ? Math.floor(this.#now() / 1000) * 1000 : date;
    return answeredAt - Math.ceil(durationMs / 1000) * 1000;
  }
}
