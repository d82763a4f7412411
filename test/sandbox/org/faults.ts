import { ApiError } from './errors.ts';
import type { OrgResponse, Transport } from './http-message.ts';
import type { Random } from './random.ts';
import type { Row } from './soql/source.ts';
import type { Condition } from './store/automation.ts';

/** The faults of whole requests, and `lockRow`. */
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

interface Strikes {
  /** How often it strikes; without it, until the faults are cleared. */
  readonly times?: number | undefined;
  /** How likely it is to strike each time; 1 unless told otherwise. */
  readonly probability?: number | undefined;
  /** Only requests whose path meets this expression. */
  readonly match?: string | undefined;
}

export interface FaultSpec extends Strikes {
  readonly kind: FaultKind;
  readonly milliseconds?: number | undefined;
}

/** Refuses single records, with the words that an org's own automation and limits have for it. */
export interface RecordErrorSpec extends Strikes {
  readonly kind: 'recordError';
  readonly object: string;
  /** A SOQL condition on the record as it would be saved; without it, every record of the object. */
  readonly when?: string | undefined;
  readonly statusCode: string;
  readonly message: string;
  readonly fields?: readonly string[] | undefined;
}

/** Lets time pass before each subrequest of a composite request but the first. */
export interface PauseSpec extends Strikes {
  readonly kind: 'betweenSubrequests';
  readonly milliseconds: number;
}

/** A change is only told of as a gap event, as after an error inside Salesforce. */
export interface GapSpec extends Strikes {
  readonly kind: 'gapEvent';
  readonly object?: string | undefined;
}

type AnyFaultSpec = FaultSpec | RecordErrorSpec | PauseSpec | GapSpec;

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

interface ActiveFault<Spec extends AnyFaultSpec = AnyFaultSpec> {
  readonly spec: Spec;
  readonly pattern: RegExp | undefined;
  /** `when`, compiled. */
  readonly holds: Condition | undefined;
  left: number;
}

/** The faults now switched on. The same seed and the same requests give the same faults. */
export class Faults {
  readonly #random: Random;
  #active: ActiveFault[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** `holds` is the compiled `when` of the fault. Answers what switches this one off. */
  add(spec: AnyFaultSpec, holds?: Condition): () => void {
    const pattern = spec.match === undefined ? undefined : new RegExp(spec.match);
    const fault: ActiveFault = { spec, pattern, holds, left: spec.times ?? Number.POSITIVE_INFINITY };
    this.#active.push(fault);
    return () => {
      this.#active = this.#active.filter((each) => each !== fault);
    };
  }

  clear(): void {
    this.#active = [];
  }

  list(): AnyFaultSpec[] {
    return this.#active.map(({ spec, left }) => (Number.isFinite(left) ? { ...spec, times: left } : spec));
  }

  /**
   * The effects on one request, in the order in which the faults were switched on. Without `match` a fault spares the
   * token endpoint.
   */
  strike(path: string): FaultEffect[] {
    const effects: FaultEffect[] = [];
    for (const fault of this.#active) {
      if (!isOfRequest(fault) || !meets(fault, [path]) || !this.#hits(fault)) continue;
      const effect = EFFECTS[fault.spec.kind](fault.spec);
      if (effect) effects.push(effect);
      if (effect && effect.kind !== 'transport') break;
    }
    this.#dropSpent();
    return effects;
  }

  /** Does a fault refuse a write of this record's row, which comes by one of these paths, at once as locked? */
  locksRow(paths: readonly string[]): boolean {
    return this.#lock(paths, (milliseconds) => milliseconds === undefined) !== undefined;
  }

  /** For how long a fault has another transaction hold the row that a write by one of these paths is for, if at all. */
  holdsRowFor(paths: readonly string[]): number | undefined {
    return this.#lock(paths, (milliseconds) => milliseconds !== undefined)?.spec.milliseconds;
  }

  /** The refusal that a fault has for this record, which is written by one of these paths. */
  recordError(object: string, row: Row, paths: readonly string[]): ApiError | undefined {
    const found = this.#first(isRecordError, (fault) => {
      const { spec, holds } = fault;
      return spec.object === object && (holds?.(row) ?? true) && meets(fault, paths);
    });
    if (!found) return undefined;
    const { statusCode, message, fields = [] } = found.spec;
    return new ApiError(statusCode, message, fields, { fields });
  }

  /** How long it takes from one subrequest of the request with this path to the next. */
  pauseWithin(path: string): number {
    return this.#first(isPause, (fault) => meets(fault, [path]))?.spec.milliseconds ?? 0;
  }

  /** Is a change of this object lost, so that only a gap event tells of it? */
  losesEvent(object: string): boolean {
    return this.#first(isGap, ({ spec }) => (spec.object ?? object) === object) !== undefined;
  }

  #lock(paths: readonly string[], kind: (milliseconds: number | undefined) => boolean) {
    return this.#first(isLock, (fault) => kind(fault.spec.milliseconds) && meets(fault, paths));
  }

  /** The first fault of a kind that strikes; it counts as having struck. */
  #first<Fault extends ActiveFault>(
    isOfKind: (fault: ActiveFault) => fault is Fault,
    meetsIt: (fault: Fault) => boolean,
  ): Fault | undefined {
    if (this.#active.length === 0) return undefined;
    const struck = this.#active.filter(isOfKind).find((fault) => meetsIt(fault) && this.#hits(fault));
    if (struck) this.#dropSpent();
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

function isOfRequest(fault: ActiveFault): fault is ActiveFault<FaultSpec> {
  return fault.spec.kind in EFFECTS && fault.spec.kind !== 'lockRow';
}

function isLock(fault: ActiveFault): fault is ActiveFault<FaultSpec> {
  return fault.spec.kind === 'lockRow';
}

function isRecordError(fault: ActiveFault): fault is ActiveFault<RecordErrorSpec> {
  return fault.spec.kind === 'recordError';
}

function isPause(fault: ActiveFault): fault is ActiveFault<PauseSpec> {
  return fault.spec.kind === 'betweenSubrequests';
}

function isGap(fault: ActiveFault): fault is ActiveFault<GapSpec> {
  return fault.spec.kind === 'gapEvent';
}

function meets({ pattern }: ActiveFault, paths: readonly string[]): boolean {
  return paths.some((path) => (pattern ? pattern.test(path) : path.startsWith('/services/data/')));
}
