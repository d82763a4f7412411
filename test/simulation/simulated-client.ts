import type { CompositeAnswer, SalesforceClient, StreamedAnswer } from '../../lib/salesforce/client.ts';
import { compositeBody } from '../../lib/salesforce/composite.ts';
import { callError, errorEntries, lostAnswer } from '../../lib/salesforce/error-map.ts';
import { isWrite, type SubAnswer, type Subrequest } from '../../lib/salesforce/subrequest.ts';
import { chunksOf } from '../fakes/in-process-client.ts';
import type { OrgResponse } from '../sandbox/org/http-message.ts';
import type { Invocation } from './invocation.ts';
import { OrgWork, ROOT, type Work, type WorkRequest } from './org-work.ts';
import type { World } from './world.ts';

/** The client's own patience with one exchange, and the longest that Salesforce works on one. */
export const TIMEOUT_MS = 45_000;
export const CALLER_TIMEOUT_MS = 15_000;
const SALESFORCE_TIMEOUT_MS = 10 * 60_000;

const HTML = '<html><body><h1>502 Bad Gateway</h1></body></html>';

/** How an exchange goes: when the request arrives at Salesforce (null: never), and how its answer comes back. */
interface Course {
  readonly arrivesAfter: number | null;
  readonly answer: 'given' | 'lost' | { readonly status: number; readonly body: unknown };
  /** From the sending on; of an answer that is given: from the end of Salesforce's work on. */
  readonly answeredAfter: number;
}

/** A request that died with its function. */
const NEVER: Course = { arrivesAfter: null, answer: 'lost', answeredAfter: 0 };

/** One exchange with Salesforce. */
interface Exchange {
  readonly request: WorkRequest;
  readonly writes: boolean;
  readonly parts: readonly Subrequest[];
}

/** What becomes of a request at Salesforce. */
interface Told {
  /** It takes some time. */
  readonly working: () => void;
  readonly done: (response: OrgResponse) => void;
}

interface Answered {
  readonly response: OrgResponse;
  readonly beganAt: number;
}

/**
 * The org as the product's client reaches it, without HTTP: the same bodies, statuses and errors, over a network and a
 * Salesforce that fail.
 */
export class SimulatedClient implements SalesforceClient {
  readonly #world: World;
  readonly #invocation: Invocation;
  readonly #timeoutMs: number;
  #calls = 0;

  constructor(world: World, invocation: Invocation, somebodyWaits: boolean) {
    this.#world = world;
    this.#invocation = invocation;
    this.#timeoutMs = somebodyWaits ? CALLER_TIMEOUT_MS : TIMEOUT_MS;
  }

  async composite(subrequests: readonly Subrequest[], writes: boolean): Promise<CompositeAnswer> {
    const body = compositeBody(ROOT, subrequests);
    const sentAt = this.#world.timeline.now;
    const { response, beganAt } = await this.#send({ method: 'POST', path: '/composite', body }, writes, subrequests);
    if (response.status !== 200) throw callError(response.status, errorEntries(response.body), writes);
    const { compositeResponse } = response.body as Composite;
    const answers = compositeResponse.map(subAnswer);
    return { answers, beganAt, tookMs: this.#world.timeline.now - sentAt };
  }

  async oneByOne(subrequests: readonly Subrequest[]): Promise<readonly SubAnswer[]> {
    const answers: SubAnswer[] = [];
    let written = false;
    for (const subrequest of subrequests) {
      written ||= isWrite(subrequest);
      const { response } = await this.#send(subrequest, written, [subrequest]);
      answers.push({ status: response.status, headers: lowerCased(response.headers), body: response.body });
    }
    return answers;
  }

  async stream(subrequest: Subrequest): Promise<StreamedAnswer | SubAnswer> {
    const { response } = await this.#send(subrequest, false, [subrequest]);
    const { status, body } = response;
    const headers = lowerCased(response.headers);
    return status < 300 ? { headers, chunks: this.#perhapsBroken(String(body)) } : { status, headers, body };
  }

  async *#perhapsBroken(text: string): AsyncGenerator<Uint8Array> {
    if (!this.#world.swarm.strikes('streamBroken', this.#invocation.dice)) {
      yield* chunksOf(text);
      return;
    }
    this.#invocation.faulted();
    yield* chunksOf(text.slice(0, this.#invocation.dice.below(text.length + 1)));
    throw lostAnswer(timedOut(), false);
  }

  usage(): { readonly calls: number; readonly org: null } {
    return { calls: this.#calls, org: null };
  }

  async now(): Promise<number> {
    return this.#world.org.clock.now();
  }

  wait(milliseconds: number): Promise<void> {
    return this.#invocation.pause(milliseconds);
  }

  async #send(request: WorkRequest, writes: boolean, parts: readonly Subrequest[]): Promise<Answered> {
    const first = await this.exchange({ request, writes, parts });
    if (first.response.status !== 401) return first;
    this.#world.session = null;
    const second = await this.exchange({ request, writes, parts });
    if (second.response.status !== 401) return second;
    throw callError(401, errorEntries(second.response.body), false);
  }

  /** One request on its way, and what comes back of it; rejects where nothing does in time. */
  async exchange(exchange: Exchange): Promise<Answered> {
    const world = this.#world;
    const inv = this.#invocation;
    const { request, writes, parts } = exchange;
    this.#calls += 1;
    world.calls += 1;
    await inv.mayDie();
    this.#perhapsLoseJob(request.path);
    const course = inv.death === null || inv.dice.chance(0.5) ? this.#course(writes) : NEVER;
    if (course.answer !== 'given') {
      inv.faulted();
      world.narrate(() => courseTold(inv.name, writes, course));
    }
    const push = writes ? world.ledger.pushSent(inv, parts) : null;
    const sentAt = world.timeline.now;
    return new Promise((resolve, reject) => {
      const answered = (response: OrgResponse) => {
        if (inv.death !== null) return;
        if (push !== null && course.answer === 'given') world.ledger.pushAnswered(push);
        const cut = this.#perhapsCut(response, parts);
        const date = Date.parse(response.headers.Date ?? new Date(world.org.clock.now()).toUTCString());
        resolve({ response: cut, beganAt: date - Math.ceil((world.timeline.now - sentAt) / 1000) * 1000 });
      };
      const lost = () => {
        if (inv.death === null) reject(lostAnswer(timedOut(), writes));
      };
      const { answer, answeredAfter } = course;
      const givenUpAt = sentAt + this.#timeoutMs;
      if (answer === 'lost') world.timeline.after(answeredAfter, lost);
      if (typeof answer === 'object') world.timeline.after(answeredAfter, () => answered({ headers: {}, ...answer }));
      this.#arrive({ request, parts, push }, course, {
        working: () => {
          if (answer === 'given') world.timeline.at(givenUpAt, lost);
        },
        done: (response) => {
          if (answer !== 'given') return;
          if (world.timeline.now + answeredAfter >= givenUpAt) world.timeline.at(givenUpAt, lost);
          else world.timeline.after(answeredAfter, () => answered(response));
        },
      });
    });
  }

  /** The request comes to Salesforce, if it ever does, and is worked on there whether or not anybody waits for it. */
  #arrive(work: Work, { arrivesAfter }: Course, told: Told): void {
    const { timeline, ledger } = this.#world;
    const { push } = work;
    if (arrivesAfter === null) {
      if (push !== null) ledger.pushOver(push, undefined);
      return;
    }
    timeline.after(arrivesAfter, () => {
      let isDone = false;
      const startedAt = timeline.now;
      new OrgWork(this.#world, this.#invocation, work, (response) => {
        isDone = true;
        if (push !== null) ledger.pushOver(push, response);
        else this.#invocation.lastReadAt = startedAt;
        told.done(response);
      }).start();
      if (!isDone) told.working();
    });
  }

  /** The answer, whose pages of rows may end early. */
  #perhapsCut(response: OrgResponse, parts: readonly Subrequest[]): OrgResponse {
    const { compositeResponse } = (response.body ?? {}) as Partial<Composite>;
    if (compositeResponse === undefined) return response;
    const cut = compositeResponse.map((raw, at) => this.#perhapsCutPage(raw, parts[at]));
    return { ...response, body: { compositeResponse: cut } };
  }

  #perhapsCutPage(raw: RawSubAnswer, subrequest: Subrequest | undefined): RawSubAnswer {
    if (subrequest !== undefined && UPDATED.test(subrequest.path)) return this.#perhapsOdd(raw);
    const { records } = (raw.body ?? {}) as { records?: readonly unknown[] };
    const isPage = subrequest?.path.startsWith('/queryAll') === true && records !== undefined && records.length > 1;
    if (!isPage || !this.#world.swarm.strikes('shortPage', this.#invocation.dice)) return raw;
    const kept = records.slice(0, this.#invocation.dice.between(1, records.length - 1));
    return { ...raw, body: { ...(raw.body as object), records: kept, done: false } };
  }

  /** An answer about what is covered that cannot be right, or was given long ago. */
  #perhapsOdd(raw: RawSubAnswer): RawSubAnswer {
    const { dice } = this.#invocation;
    if (raw.httpStatusCode !== 200 || !this.#world.swarm.strikes('coveredDateOdd', dice)) return raw;
    const hours = dice.pick([-24 * 365 * 56, -30, -3, 30, 24 * 365]);
    const latestDateCovered = toSalesforceTime(this.#world.org.clock.now() + hours * 3_600_000);
    return { ...raw, body: { ...(raw.body as object), latestDateCovered } };
  }

  #perhapsLoseJob(path: string): void {
    const id = /^\/jobs\/query\/(\w+)/.exec(path)?.[1];
    if (id === undefined || !this.#world.swarm.strikes('queryJobLost', this.#invocation.dice)) return;
    this.#invocation.faulted();
    // One of the two is refused, by whether the job is over.
    for (const [method, body] of [
      ['PATCH', { state: 'Aborted' }],
      ['DELETE', undefined],
    ] as const) {
      this.#world.asAdmin(method, `/jobs/query/${id}`, body);
    }
  }

  #course(writes: boolean): Course {
    const { swarm } = this.#world;
    const { dice } = this.#invocation;
    const slow = swarm.strikes('salesforceSlow', dice);
    const there = slow ? dice.between(2000, 20_000) : dice.between(30, 500);
    const back = slow ? dice.between(2000, 20_000) : dice.between(30, 700);
    const answeredAfter = Math.min(there + back, this.#timeoutMs);
    const refused = (status: number, body: unknown): Course => ({
      arrivesAfter: null,
      answer: { status, body },
      answeredAfter,
    });
    if (this.#world.quotaUntil > this.#world.timeline.now) {
      swarm.count('refusedForQuota');
      return refused(403, [entry('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')]);
    }
    if (swarm.strikes('quotaExceeded', dice)) {
      this.#world.quotaUntil = this.#world.timeline.now + dice.between(60_000, 12 * 60_000);
      return refused(403, [entry('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')]);
    }
    if (swarm.strikes('salesforceUnavailable', dice)) return refused(503, [entry('SERVER_UNAVAILABLE', 'try later')]);
    const unexpected = { status: 500, body: [entry('UNKNOWN_EXCEPTION', 'An unexpected error occurred.')] };
    if (swarm.strikes('serverErrorBefore', dice)) return { arrivesAfter: null, answer: unexpected, answeredAfter };
    if (swarm.strikes('serverErrorAfter', dice)) return { arrivesAfter: there, answeredAfter, answer: unexpected };
    const lost = this.#lostCourse(writes, there, answeredAfter);
    if (lost !== undefined) return lost;
    return { arrivesAfter: there, answeredAfter: back, answer: 'given' };
  }

  /** Courses on which nobody can tell whether the request came through. */
  #lostCourse(writes: boolean, there: number, answeredAfter: number): Course | undefined {
    const { swarm } = this.#world;
    const { dice } = this.#invocation;
    const perhaps = (likelihood: number) => (dice.chance(likelihood) ? there : null);
    if (swarm.strikes('gatewayError', dice)) {
      return { arrivesAfter: perhaps(0.5), answeredAfter, answer: { status: 502, body: HTML } };
    }
    if (swarm.strikes('connectionDropped', dice)) {
      return { arrivesAfter: perhaps(0.5), answeredAfter, answer: 'lost' };
    }
    if (swarm.strikes('answerTimedOut', dice)) {
      return { arrivesAfter: perhaps(0.7), answeredAfter: this.#timeoutMs, answer: 'lost' };
    }
    if (!writes || !swarm.strikes('commitsLate', dice)) return undefined;
    const arrivesAfter = dice.between(this.#timeoutMs, SALESFORCE_TIMEOUT_MS);
    return { arrivesAfter, answeredAfter: this.#timeoutMs, answer: 'lost' };
  }
}

/** The resource that tells which rows changed, and up to when. */
const UPDATED = /^\/sobjects\/\w+\/updated/;

function toSalesforceTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '+0000');
}

interface Composite {
  readonly compositeResponse: readonly RawSubAnswer[];
}

interface RawSubAnswer {
  readonly httpStatusCode: number;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly body: unknown;
}

function subAnswer(raw: RawSubAnswer): SubAnswer {
  return { status: raw.httpStatusCode, headers: lowerCased(raw.httpHeaders), body: raw.body };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function entry(errorCode: string, message: string): { errorCode: string; message: string } {
  return { errorCode, message };
}

function courseTold(by: string, writes: boolean, { answer, arrivesAfter }: Course): string {
  const what = `${by} ${writes ? 'writes to' : 'asks'} Salesforce`;
  const arrives = arrivesAfter === null ? 'never arrives' : `arrives after ${Math.round(arrivesAfter / 1000)} s`;
  return `${what}: the request ${arrives}, the answer is ${typeof answer === 'object' ? answer.status : answer}`;
}

export function timedOut(): Error {
  return Object.assign(new Error('no answer'), { name: 'TimeoutError' });
}
