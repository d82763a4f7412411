import type { Subrequest } from '../../lib/salesforce/subrequest.ts';
import type { OrgResponse } from '../sandbox/org/http-message.ts';
import type { Pause, Working } from '../sandbox/org/working.ts';
import type { Invocation } from './invocation.ts';
import type { Push } from './ledger.ts';
import type { World } from './world.ts';

export const ROOT = '/services/data/v64.0';

/** A request to the REST API, its path below the root of the version. */
export interface WorkRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Work {
  readonly request: WorkRequest;
  /** The subrequests of a composite request, or the request itself. */
  readonly parts: readonly Subrequest[];
  /** The request as the ledger knows it, where it writes. */
  readonly push: Push | null;
}

/** No session expires as soon as this after it began. */
const NEW_SESSION_MS = 90_000;

/** The subrequests of a slow call are apart by this much at most, all together. */
const LONGEST_MS = 40_000;

/**
 * Salesforce at work on one request: the subrequests of a composite one commit one after another, each at an instant of
 * its own, with seconds between them in which others may save the same rows. A save of a locked row waits for it.
 */
export class OrgWork {
  readonly #world: World;
  readonly #invocation: Invocation;
  readonly #work: Work;
  readonly #done: (response: OrgResponse) => void;
  readonly #lockStruck: boolean;
  /** The longest time between two subrequests; 0 where all are worked on in one instant. */
  readonly #apart: number;
  #left = LONGEST_MS;

  constructor(world: World, invocation: Invocation, work: Work, done: (response: OrgResponse) => void) {
    const { swarm } = world;
    const { dice } = invocation;
    this.#world = world;
    this.#invocation = invocation;
    this.#work = work;
    this.#done = done;
    this.#lockStruck = work.push !== null && swarm.strikes('rowLocked', dice);
    const isApart = work.parts.length > 1 && swarm.strikes('subrequestsApart', dice);
    this.#apart = isApart ? dice.pick([400, 2000, 8000]) : 0;
  }

  start(): void {
    const { org, swarm, timeline } = this.#world;
    const { method, path, body, headers } = this.#work.request;
    const token = headers?.authorization?.replace('Bearer ', '') ?? this.#world.sessionToken();
    const isNew = timeline.now - this.#world.signedInAt < NEW_SESSION_MS;
    if (!isNew && swarm.strikes('sessionExpired', this.#invocation.dice)) org.state.sessions.end(token);
    this.#world.step(`${this.#invocation.name} salesforce ${path}`);
    const sent = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
    this.#goOn(org.begin({ method, path: ROOT + path, headers: sent, body }), false);
  }

  #goOn(working: Working<OrgResponse>, passed: boolean): void {
    const { state, clock } = this.#world.org;
    // What others commit at this instant is theirs.
    state.transactions.commitDue(clock.now());
    const step = this.#asOurs(() => working.next(passed));
    if (step.done) {
      this.#done(step.value);
      return;
    }
    if (step.value.for === 'lock') this.#world.swarm.count('waitedForLock');
    this.#world.timeline.after(this.#lengthOf(step.value), () => this.#goOn(working, true));
  }

  #lengthOf(pause: Pause): number {
    if (pause.for === 'lock') return pause.milliseconds;
    const { dice } = this.#invocation;
    const milliseconds = dice.chance(0.2) ? 0 : Math.min(this.#left, dice.between(1, this.#apart));
    this.#left -= milliseconds;
    return milliseconds;
  }

  /** What is saved now is saved by this request; the faults that are on are its own. */
  #asOurs<Result>(work: () => Result): Result {
    const { org, ledger, acting } = this.#world;
    const { faults } = org.state;
    const off = [
      ...(this.#lockStruck ? [faults.add({ kind: 'lockRow', probability: 0.6 })] : []),
      ...(this.#apart > 0 ? [faults.add({ kind: 'betweenSubrequests', milliseconds: 1 })] : []),
    ];
    this.#world.acting = this.#invocation;
    ledger.arriving = this.#work.push;
    try {
      return work();
    } finally {
      ledger.arriving = null;
      this.#world.acting = acting;
      for (const end of off) end();
    }
  }
}
