import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { begin } from './handle.ts';
import type { OrgRequest, OrgResponse } from './http-message.ts';
import { bearer } from './oauth/bearer.ts';
import type { OrgState } from './org-state.ts';
import { type Seed, seedOrg } from './seed/seed.ts';
import type { Working } from './working.ts';

/** One step of the org's work: `n` numbers the request; `at` is the machine's time, which stands still during a step. */
type Entry =
  | { readonly at: number; readonly begun: true }
  | { readonly at: number; readonly seed: Seed }
  /** Reads, which are not kept, have these sessions live until then. */
  | { readonly at: number; readonly sessions: Readonly<Record<string, number>> }
  | { readonly at: number; readonly n: number; readonly request: OrgRequest }
  | { readonly at: number; readonly n: number; readonly passed: boolean };

/** An entry before it has its time. */
type Step = Entry extends infer Each ? (Each extends Entry ? Omit<Each, 'at'> : never) : never;

/**
 * What an org did, in a file: the same steps at the same times make the same org again. Each step is written before it
 * is taken, so that no answer goes out of which the file does not know.
 */
export class Journal {
  readonly #file: string;
  readonly #kept: readonly Entry[];
  #moment: number | undefined;
  #requests = 0;
  #sessions: Record<string, number> = {};

  constructor(file: string) {
    this.#file = file;
    this.#kept = entriesOf(file);
    for (const entry of this.#kept) if ('request' in entry) this.#requests = entry.n + 1;
  }

  /** Whether there is an org to be made again. */
  get isNew(): boolean {
    return this.#kept.length === 0;
  }

  /** The org's source of time. */
  readonly time = (): number => this.#moment ?? Date.now();

  /** Makes the org at the moment when it was first made. */
  open<Org>(make: () => Org): Org {
    const [first] = this.#kept;
    return first === undefined ? this.#take({ begun: true }, make) : this.#during(first.at, make);
  }

  /** Takes the steps that are kept. What was waiting when the file ends is given up. */
  replay(org: OrgState): void {
    const under = new Map<number, Working<OrgResponse>>();
    for (const entry of this.#kept) this.#during(entry.at, () => takeAgain(org, under, entry));
  }

  seed(org: OrgState, seed: Seed): void {
    this.#take({ seed }, () => seedOrg(org, seed));
  }

  /** Works on a request, step by step. One that changes nothing is not kept. */
  *begin(org: OrgState, request: OrgRequest): Working<OrgResponse> {
    if (isRead(request) && isQuiet(org)) {
      const answer = yield* begin(org, request);
      this.#noteSession(org, request);
      return answer;
    }
    const n = this.#requests;
    this.#requests += 1;
    const working = begin(org, request);
    const { text: _, ...kept } = request;
    let step = this.#take({ n, request: kept }, () => working.next(false));
    while (!step.done) {
      const passed = yield step.value;
      step = this.#take({ n, passed }, () => working.next(passed));
    }
    return step.value;
  }

  #noteSession({ sessions }: OrgState, request: OrgRequest): void {
    const token = bearer(request) ?? '';
    const expiresAt = sessions.expiryOf(token);
    if (expiresAt !== undefined) this.#sessions[token] = expiresAt;
  }

  #take<Result>(step: Step, work: () => Result): Result {
    const at = Date.now();
    const sessions = this.#sessions;
    this.#sessions = {};
    const steps: Step[] = Object.keys(sessions).length > 0 ? [{ sessions }, step] : [step];
    appendFileSync(this.#file, steps.map((each) => `${JSON.stringify({ at, ...each })}\n`).join(''));
    return this.#during(at, work);
  }

  #during<Result>(at: number, work: () => Result): Result {
    this.#moment = at;
    try {
      return work();
    } finally {
      this.#moment = undefined;
    }
  }
}

function takeAgain(org: OrgState, under: Map<number, Working<OrgResponse>>, entry: Entry): void {
  if ('seed' in entry) seedOrg(org, entry.seed);
  if ('sessions' in entry) {
    for (const [token, expiresAt] of Object.entries(entry.sessions)) org.sessions.setExpiry(token, expiresAt);
  }
  if ('request' in entry) under.set(entry.n, begin(org, entry.request));
  if ('n' in entry) under.get(entry.n)?.next('passed' in entry && entry.passed);
}

/** The whole lines of the file; a last one that was cut off by the end of the process is removed from it. */
function entriesOf(file: string): Entry[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
}

/** Whether nothing happens in the org by itself: no fault may strike, no transaction or job is under way. */
function isQuiet({ faults, transactions, bulk }: OrgState): boolean {
  return faults.list().length === 0 && transactions.oldestStart() === undefined && bulk.isIdle;
}

function isRead({ method, path, body }: OrgRequest): boolean {
  if (method === 'GET') return true;
  // Reads of records by id are sent by POST, for the length of their lists.
  if (method !== 'POST') return false;
  if (/\/composite\/sobjects\/\w+$/.test(path)) return true;
  return /\/composite\/?$/.test(path) && subrequestsOf(body).every(isRead);
}

function subrequestsOf(body: unknown): OrgRequest[] {
  const { compositeRequest } = (body ?? {}) as { readonly compositeRequest?: unknown };
  if (!Array.isArray(compositeRequest)) return [];
  return compositeRequest.map((raw: { readonly method?: unknown; readonly url?: unknown }) => {
    return { method: String(raw.method), path: String(raw.url), headers: {} };
  });
}
