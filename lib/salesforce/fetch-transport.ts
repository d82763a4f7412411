import { Buffer } from 'node:buffer';
import { PassThrough } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Transport } from 'jsforce/lib/transport.js';
import type { HttpRequest, HttpResponse } from 'jsforce/lib/types/common.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import { lostAnswer } from './error-map.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Node's own fetch, one turn of the event loop later: a function that was frozen for minutes learns in that turn which
 * of its kept connections were closed meanwhile, rather than lose a write on one of them.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export const fetchWhenAwake: Fetch = async (url, init) => {
  await setImmediate();
  return fetch(url, init);
};

/** Time as a client counts it. */
export interface ClientTime {
  /** In milliseconds since the epoch. */
  readonly now: () => number;
  /** In milliseconds since some moment; never goes back. */
  readonly elapsed: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Aborts after this long. */
  readonly timeout: (milliseconds: number) => AbortSignal;
}

/** The time of this process. */
export const SYSTEM_TIME: ClientTime = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  wait: (milliseconds) => setTimeout(milliseconds),
  timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
};

/** How an answer that goes well is read; `chunks` while it comes in, with the time-out anew for each. */
export type Reading = 'text' | 'bytes' | 'chunks';

/** An answer of Salesforce, and how long it took to come whole. */
export interface Exchange {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly durationMs: number;
}

/**
 * Carries one jsforce request over Node's own fetch. jsforce's transport would retry by itself, wait for half an hour,
 * and not hear of a connection that breaks in the middle of an answer; this one sends once and gives up, body included,
 * when the time is over. It serves one request: `exchange` tells afterwards what was answered.
 */
export class FetchTransport extends Transport {
  exchange: Exchange | undefined;
  /** What an answer that went well holds, read as asked for: then jsforce gets nothing to parse. */
  chunks: AsyncIterable<Uint8Array> | undefined;
  bytes: Buffer | undefined;
  readonly #reads: Reading;
  readonly #fetch: Fetch;
  readonly #timeoutMs: number;
  readonly #time: ClientTime;

  constructor(options: {
    readonly fetch: Fetch;
    readonly timeoutMs: number;
    readonly time?: ClientTime;
    readonly reads?: Reading;
  }) {
    super();
    this.#reads = options.reads ?? 'text';
    this.#time = options.time ?? SYSTEM_TIME;
    this.#fetch = options.fetch;
    this.#timeoutMs = options.timeoutMs;
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#send(request) }));
  }

  async #send({ url, method, headers = {}, body }: HttpRequest): Promise<HttpResponse> {
    // fetch counts the length itself and would send the header twice.
    const { 'content-length': _counted, ...sent } = headers;
    const startedAt = this.#time.elapsed();
    const patience = this.#reads === 'chunks' ? new Patience(this.#time, this.#timeoutMs) : undefined;
    const answer = await this.#fetch(url, {
      method,
      headers: sent,
      ...(typeof body === 'string' ? { body } : {}),
      redirect: 'manual',
      signal: patience?.signal ?? this.#time.timeout(this.#timeoutMs),
    });
    const received = await this.#read(answer, patience);
    const told = Object.fromEntries(answer.headers);
    this.exchange = { status: answer.status, headers: told, durationMs: this.#time.elapsed() - startedAt };
    // jsforce parses what its headers say it is.
    return { statusCode: answer.status, headers: received === undefined ? {} : told, body: received ?? '' };
  }

  /** The text; undefined where it is kept in another form. */
  async #read(answer: Response, patience: Patience | undefined): Promise<string | undefined> {
    if (this.#reads === 'text' || !answer.ok || answer.body === null) return answer.text();
    if (patience !== undefined) this.chunks = chunksOf(answer.body, patience);
    else this.bytes = Buffer.from(await answer.arrayBuffer());
    return undefined;
  }
}

/** Aborts a request that brings nothing for so long. */
class Patience {
  readonly #controller = new AbortController();
  readonly #time: ClientTime;
  readonly #milliseconds: number;
  /** As `ClientTime.elapsed` counts; undefined while nothing is waited for. */
  #waitingSince: number | undefined;
  #isTimed = false;

  constructor(time: ClientTime, milliseconds: number) {
    this.#time = time;
    this.#milliseconds = milliseconds;
    this.begin();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  begin(): void {
    this.#waitingSince = this.#time.elapsed();
    if (!this.#isTimed) this.#timeOut(this.#milliseconds);
  }

  end(): void {
    this.#waitingSince = undefined;
  }

  /** One time-out serves many chunks: one for each would stay in memory until it is over. */
  #timeOut(milliseconds: number): void {
    this.#isTimed = true;
    const signal = this.#time.timeout(milliseconds);
    signal.addEventListener('abort', () => {
      this.#isTimed = false;
      if (this.#waitingSince === undefined) return;
      const left = Math.ceil(this.#waitingSince + this.#milliseconds - this.#time.elapsed());
      if (left > 0) this.#timeOut(left);
      else this.#controller.abort(signal.reason);
    });
  }
}

/** Whoever takes a chunk may take his time: only what Salesforce takes is counted. */
async function* chunksOf(body: AsyncIterable<Uint8Array>, patience: Patience): AsyncGenerator<Uint8Array> {
  try {
    patience.begin();
    for await (const chunk of body) {
      patience.end();
      yield chunk;
      patience.begin();
    }
  } catch (error) {
    throw lostAnswer(error, false);
  } finally {
    patience.end();
  }
}
