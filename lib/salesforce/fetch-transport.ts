import { Buffer } from 'node:buffer';
import { PassThrough } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Transport } from 'jsforce/lib/transport.js';
import type { HttpRequest, HttpResponse } from 'jsforce/lib/types/common.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import { lostAnswer } from './error-map.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Node's fetch, delayed by one turn of the event loop: after a Lambda freeze of minutes the turn detects closed
 * keep-alive connections, instead of losing a write on such a connection.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export const fetchWhenAwake: Fetch = async (url, init) => {
  await setImmediate();
  return fetch(url, init);
};

/** The time source of a client. */
export interface ClientTime {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds from an arbitrary start; never decreases. */
  readonly elapsed: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Aborts after the given milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal;
}

/** The time of the process. */
export const SYSTEM_TIME: ClientTime = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  wait: (milliseconds) => setTimeout(milliseconds),
  timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
};

/** How to read a successful answer; `chunks`: streamed, with the timeout restarted for every chunk. */
export type Reading = 'text' | 'bytes' | 'chunks';

/** An answer from Salesforce, with the time until the end of the body. */
export interface Exchange {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly durationMs: number;
}

/**
 * Carries one jsforce request over Node's fetch. jsforce's own transport would retry, wait for half an hour, and miss a
 * connection broken within an answer; `FetchTransport` sends once and gives up, body included, at the timeout. For one
 * request only: `exchange` describes the answer afterwards.
 */
export class FetchTransport extends Transport {
  exchange: Exchange | undefined;
  /** The content of a successful answer in the requested form; jsforce then receives an empty body. */
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
    // fetch computes the length, and would send the header twice.
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
    const allHeaders = Object.fromEntries(answer.headers);
    this.exchange = { status: answer.status, headers: allHeaders, durationMs: this.#time.elapsed() - startedAt };
    // jsforce parses the body according to the headers.
    return { statusCode: answer.status, headers: received === undefined ? {} : allHeaders, body: received ?? '' };
  }

  /** The text; undefined where kept in a different form. */
  async #read(answer: Response, patience: Patience | undefined): Promise<string | undefined> {
    if (this.#reads === 'text' || !answer.ok || answer.body === null) return answer.text();
    if (patience !== undefined) this.chunks = chunksOf(answer.body, patience);
    else this.bytes = Buffer.from(await answer.arrayBuffer());
    return undefined;
  }
}

/** Aborts a request without data for the timeout. */
class Patience {
  readonly #controller = new AbortController();
  readonly #time: ClientTime;
  readonly #milliseconds: number;
  /** In the time of `ClientTime.elapsed`; undefined while not waiting. */
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

  /** One timer serves many chunks: a timer per chunk would stay in memory until the timeout. */
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

/** The consumer's time between chunks does not count, only Salesforce's. */
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
