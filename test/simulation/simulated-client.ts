import {
  type CompositeAnswer,
  compositeBody,
  isWrite,
  type SalesforceClient,
  type SubAnswer,
  type Subrequest,
} from '../../lib/salesforce/client.ts';
import { callError, errorEntries, lostAnswer } from '../../lib/salesforce/error-map.ts';
import type { OrgRequest, OrgResponse } from '../sandbox/org/http-message.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

const ROOT = '/services/data/v64.0';

/** The client's own patience with one exchange, and the longest that Salesforce works on one. */
const TIMEOUT_MS = 45_000;
const CALLER_TIMEOUT_MS = 15_000;
const SALESFORCE_TIMEOUT_MS = 10 * 60_000;

/** No session expires as soon as this after it began. */
const NEW_SESSION_MS = 90_000;

const HTML = '<html><body><h1>502 Bad Gateway</h1></body></html>';

/** How an exchange goes: when the request arrives at Salesforce (null: never), and how its answer comes back. */
interface Course {
  readonly arrivesAfter: number | null;
  readonly answer: 'given' | 'lost' | { readonly status: number; readonly body: unknown };
  readonly answeredAfter: number;
}

/** A request that died with its function. */
const NEVER: Course = { arrivesAfter: null, answer: 'lost', answeredAfter: 0 };

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
    const { response, beganAt } = await this.#send({ method: 'POST', path: '/composite', body }, writes, subrequests);
    if (response.status !== 200) throw callError(response.status, errorEntries(response.body), writes);
    const { compositeResponse } = response.body as { compositeResponse: readonly RawSubAnswer[] };
    const answers = compositeResponse.map((raw, at) => this.#perhapsCut(subAnswer(raw), subrequests[at]));
    return { answers, beganAt };
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

  usage(): { readonly calls: number; readonly org: null } {
    return { calls: this.#calls, org: null };
  }

  async now(): Promise<number> {
    return this.#world.org.clock.now();
  }

  async #send(
    request: { readonly method: string; readonly path: string; readonly body?: unknown },
    writes: boolean,
    parts: readonly Subrequest[],
  ): Promise<{ readonly response: OrgResponse; readonly beganAt: number }> {
    const first = await this.#exchange(request, writes, parts);
    if (first.response.status !== 401) return first;
    this.#world.session = null;
    const second = await this.#exchange(request, writes, parts);
    if (second.response.status !== 401) return second;
    throw callError(401, errorEntries(second.response.body), false);
  }

  async #exchange(
    request: { readonly method: string; readonly path: string; readonly body?: unknown },
    writes: boolean,
    parts: readonly Subrequest[],
  ): Promise<{ readonly response: OrgResponse; readonly beganAt: number }> {
    const world = this.#world;
    const inv = this.#invocation;
    this.#calls += 1;
    world.calls += 1;
    await inv.mayDie();
    const course = inv.death === null || inv.dice.chance(0.5) ? this.#course(writes) : NEVER;
    if (course.answer !== 'given') {
      inv.faulted();
      world.narrate(() => courseTold(inv.name, writes, course));
    }
    const write = writes ? world.ledger.pushSent(inv, parts) : null;
    let response: OrgResponse | undefined;
    if (course.arrivesAfter !== null) {
      const arrive = () => {
        world.ledger.arriving = write;
        response = this.#arrive(request, writes);
        world.ledger.arriving = null;
        if (write !== null) world.ledger.pushOver(write, response);
      };
      world.timeline.after(course.arrivesAfter, arrive);
    } else if (write !== null) world.ledger.pushOver(write, undefined);
    return new Promise((resolve, reject) => {
      world.timeline.after(course.answeredAfter, () => {
        if (inv.death !== null) return;
        if (course.answer === 'lost') return reject(lostAnswer(timedOut(), writes));
        if (write !== null && course.answer === 'given') world.ledger.pushAnswered(write);
        const answer = course.answer === 'given' ? response : { headers: {}, ...course.answer };
        if (answer === undefined) return reject(new Error('an answer before its request'));
        const date = Date.parse(answer.headers.Date ?? new Date(world.org.clock.now()).toUTCString());
        resolve({ response: answer, beganAt: date - Math.ceil(course.answeredAfter / 1000) * 1000 });
      });
    });
  }

  #perhapsCut(answer: SubAnswer, subrequest: Subrequest | undefined): SubAnswer {
    const { records } = (answer.body ?? {}) as { records?: readonly unknown[] };
    const isPage = subrequest?.path.startsWith('/queryAll') === true && records !== undefined && records.length > 1;
    if (!isPage || !this.#world.swarm.strikes('shortPage', this.#invocation.dice)) return answer;
    const kept = records.slice(0, this.#invocation.dice.between(1, records.length - 1));
    return { ...answer, body: { ...(answer.body as object), records: kept, done: false } };
  }

  /** The request at the moment when Salesforce works on it. */
  #arrive({ method, path, body }: { method: string; path: string; body?: unknown }, writes: boolean): OrgResponse {
    const world = this.#world;
    const { swarm, org } = world;
    const token = world.sessionToken();
    const isNew = world.timeline.now - world.signedInAt < NEW_SESSION_MS;
    if (!isNew && swarm.strikes('sessionExpired', this.#invocation.dice)) org.state.sessions.end(token);
    const lock = writes && swarm.strikes('rowLocked', this.#invocation.dice);
    if (lock) org.state.faults.add({ kind: 'lockRow', probability: 0.6 });
    const request: OrgRequest = {
      method,
      path: ROOT + path,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    };
    world.step(`${this.#invocation.name} salesforce ${path}`);
    const before = world.acting;
    world.acting = this.#invocation;
    try {
      return org.handle(request);
    } finally {
      world.acting = before;
      if (lock) org.state.faults.clear();
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
    return { arrivesAfter: there, answeredAfter, answer: there + back < this.#timeoutMs ? 'given' : 'lost' };
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

function timedOut(): Error {
  return Object.assign(new Error('no answer'), { name: 'TimeoutError' });
}
