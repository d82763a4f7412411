import { createClock, type OrgClock } from './clock.ts';
import { Faults } from './faults.ts';
import { begin, finish } from './handle.ts';
import type { OrgRequest, OrgResponse } from './http-message.ts';
import type { Journal } from './journal.ts';
import { Sessions } from './oauth/sessions.ts';
import { OrgState } from './org-state.ts';
import { createRandom } from './random.ts';
import { Locators } from './rest/locators.ts';
import { type Seed, seedOrg } from './seed/seed.ts';
import { OrgServer } from './server.ts';
import type { Working } from './working.ts';

export interface OrgOptions {
  /** Where the org's time comes from, in milliseconds; the machine's clock unless told otherwise. */
  readonly time?: () => number;
  /** Of tokens and of faults that strike by chance. */
  readonly seed?: number;
  /** API requests in 24 hours. */
  readonly dailyRequests?: number;
  /** Where what it does is kept. */
  readonly journal?: Journal;
}

/** A simulated org, in this process. */
export interface Org {
  /** Answers one request at once, with no network between. The same requests give the same answers. */
  handle(request: OrgRequest): OrgResponse;
  /**
   * The same for a host that has time of its own: between the steps it lets each pause pass on the org's time source,
   * and may answer other requests. It says with each step whether the time has passed.
   */
  begin(request: OrgRequest): Working<OrgResponse>;
  /** Serves the org on 127.0.0.1 and tells its URL; port 0 takes any that is free. */
  listen(port: number): Promise<string>;
  /** Ends the server and every connection to it. */
  close(): Promise<void>;
  seed(seed: Seed): void;
  readonly clock: OrgClock;
  readonly state: OrgState;
}

const DAILY_REQUESTS = 5_000_000;

/** A new org: standard objects, users and queues, and no records. */
export function createOrg({ time, seed = 1, dailyRequests = DAILY_REQUESTS, journal }: OrgOptions = {}): Org {
  const clock = createClock(time);
  const state = new OrgState({
    clock,
    faults: new Faults(createRandom(seed)),
    sessions: new Sessions(createRandom(seed + 1)),
    locators: new Locators(),
    dailyRequests,
  });
  const work = (request: OrgRequest) => journal?.begin(state, request) ?? begin(state, request);
  const server = new OrgServer(work);
  return {
    handle: (request) => finish(state, work(request)),
    begin: work,
    listen: (port) => server.listen(port),
    close: () => server.close(),
    seed: (wish) => (journal === undefined ? void seedOrg(state, wish) : journal.seed(state, wish)),
    clock,
    state,
  };
}
