import { ApiError } from './errors.ts';
import type { OrgResponse, Transport } from './http-message.ts';
import type { Random } from './random.ts';

/** The faults that can be switched on. */
export const faultKinds = [
  'limitExceeded',
  'unavailable',
  'serverError',
  'htmlError',
  'timeoutBefore',
  'timeoutAfterCommit',
  'dropConnection',
  'expireSession',
  'lockRow',
  'slow',
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface FaultSpec {
  readonly kind: FaultKind;
  /** How often it strikes; without it, until the faults are cleared. */
  readonly times?: number | undefined;
  /** How likely it is to strike each time; 1 unless told otherwise. */
  readonly probability?: number | undefined;
  /** Only requests whose path meets this expression. */
  readonly match?: string | undefined;
  readonly milliseconds?: number | undefined;
}

/** How long an answer is withheld before the connection ends, where the fault does not say. */
const TIMEOUT_MS = 120_000;
const SLOW_MS = 1_000;

/** What a fault does to a request. */
export type FaultEffect =
  | { readonly kind: 'refuse'; readonly error: ApiError }
  | { readonly kind: 'answer'; readonly response: OrgResponse }
  | { readonly kind: 'expireSession' }
  | { readonly kind: 'transport'; readonly transport: Transport };

/**
 * Each kind of fault as an effect on the whole request, where it has one. `lockRow` strikes single records instead.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm}
 */
const EFFECTS: Readonly<Record<FaultKind, (fault: FaultSpec) => FaultEffect | undefined>> = {
  limitExceeded: () => refuse('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
  unavailable: () => refuse('SERVER_UNAVAILABLE', 'Server is temporarily unavailable, please try again later'),
  serverError: () =>
    refuse(
      'UNKNOWN_EXCEPTION',
      'An unexpected error occurred. Please include this ErrorId if you contact support: 1234567890-12345 (-1234567890)',
    ),
  htmlError: () => ({
    kind: 'answer',
    response: {
      status: 502,
      headers: { 'Content-Type': 'text/html;charset=UTF-8' },
      body: '<html><head><title>Bad Gateway</title></head><body><h1>We are down for maintenance</h1></body></html>',
    },
  }),
  timeoutBefore: ({ milliseconds = TIMEOUT_MS }) => ({
    kind: 'answer',
    response: { status: 504, headers: {}, transport: { kind: 'timeout', milliseconds } },
  }),
  timeoutAfterCommit: ({ milliseconds = TIMEOUT_MS }) => ({
    kind: 'transport',
    transport: { kind: 'timeout', milliseconds },
  }),
  dropConnection: () => ({ kind: 'transport', transport: { kind: 'drop' } }),
  expireSession: () => ({ kind: 'expireSession' }),
  lockRow: () => undefined,
  slow: ({ milliseconds = SLOW_MS }) => ({ kind: 'transport', transport: { kind: 'delay', milliseconds } }),
};

function refuse(code: string, message: string): FaultEffect {
  return { kind: 'refuse', error: new ApiError(code, message) };
}

interface ActiveFault {
  readonly spec: FaultSpec;
  readonly pattern: RegExp | undefined;
  left: number;
}

/** The faults now switched on. The same seed and the same requests give the same faults. */
export class Faults {
  readonly #random: Random;
  #active: ActiveFault[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  add(spec: FaultSpec): void {
    const pattern = spec.match === undefined ? undefined : new RegExp(spec.match);
    this.#active.push({ spec, pattern, left: spec.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#active = [];
  }

  list(): FaultSpec[] {
    return this.#active.map(({ spec, left }) => (Number.isFinite(left) ? { ...spec, times: left } : spec));
  }

  /**
   * The effects on one request, in the order in which the faults were switched on. Without `match` a fault spares the
   * token endpoint.
   */
  strike(path: string): FaultEffect[] {
    const effects: FaultEffect[] = [];
    for (const fault of this.#active) {
      if (fault.spec.kind === 'lockRow' || !meets(fault, path) || !this.#hits(fault)) continue;
      const effect = EFFECTS[fault.spec.kind](fault.spec);
      if (effect) effects.push(effect);
      if (effect && effect.kind !== 'transport') break;
    }
    this.#dropSpent();
    return effects;
  }

  /** Does a fault lock this record's row against a write that comes by one of these paths? */
  locksRow(paths: readonly string[]): boolean {
    if (this.#active.length === 0) return false;
    const locking = this.#active.filter(({ spec }) => spec.kind === 'lockRow');
    const struck = locking.some((fault) => paths.some((path) => meets(fault, path)) && this.#hits(fault));
    this.#dropSpent();
    return struck;
  }

  #hits(fault: ActiveFault): boolean {
    const { probability = 1 } = fault.spec;
    if (probability < 1 && this.#random() >= probability) return false;
    fault.left -= 1;
    return true;
  }

  #dropSpent(): void {
    this.#active = this.#active.filter(({ left }) => left > 0);
  }
}

function meets({ pattern }: ActiveFault, path: string): boolean {
  return pattern ? pattern.test(path) : path.startsWith('/services/data/');
}
