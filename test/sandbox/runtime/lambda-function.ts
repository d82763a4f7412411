import { randomUUID } from 'node:crypto';
import { ExecutionEnvironment, type InvocationResult } from './execution-environment.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { RuntimeLog, Trigger } from './runtime-event.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#function-configuration-deployment-and-execution */
const payloadLimitBytes = 6 * 1024 * 1024;

/** What a function has done so far. */
export interface FunctionCounters {
  invocations: number;
  coldStarts: number;
  failures: number;
  throttles: number;
}

/** The answer to an invocation, with the id that its log lines carry. */
export interface CompletedInvocation extends InvocationResult {
  readonly requestId: string;
}

const throttled: InvocationResult = {
  outcome: 'throttled',
  payload: JSON.stringify({ errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' }),
};

/** A function with its execution environments: reused while warm, started where none is free. */
export class LambdaFunction {
  readonly definition: FunctionDefinition;
  readonly counters: FunctionCounters = { invocations: 0, coldStarts: 0, failures: 0, throttles: 0 };
  readonly #log: RuntimeLog;
  readonly #environmentLimit: number;
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #waiting: (() => void)[] = [];
  #starting = 0;
  #running = 0;
  #closed = false;
  #throttled = false;
  #whenQuiet: (() => void) | undefined;

  /** At most `environmentLimit` processes run at once; more invocations than that wait for one. */
  constructor(definition: FunctionDefinition, environmentLimit: number, log: RuntimeLog) {
    this.definition = definition;
    this.#environmentLimit = environmentLimit;
    this.#log = log;
  }

  /**
   * Runs one invocation to its end. Above the reserved concurrency it answers `throttled` at once.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  async invoke(event: unknown, trigger: Trigger): Promise<CompletedInvocation> {
    const startedAt = Date.now();
    const requestId = randomUUID();
    const limit = this.definition.reservedConcurrency ?? Number.POSITIVE_INFINITY;
    const isThrottled = this.#closed || this.#throttled || this.#running >= limit;
    const result = isThrottled ? throttled : await this.#run(requestId, event);
    this.#count(result);
    this.#log({
      type: 'invocation',
      function: this.definition.name,
      trigger,
      requestId,
      durationMs: Date.now() - startedAt,
      ...result,
    });
    return { ...result, requestId };
  }

  /** Loads the handler in a first process before anybody asks for it. */
  async warmUp(): Promise<void> {
    if (this.#closed || this.#all.size + this.#starting > 0) return;
    this.#idle.push(await this.#startEnvironment());
  }

  /** Whether every invocation is throttled from now on, as where the account has no concurrency left. */
  throttle(isThrottled: boolean): void {
    this.#throttled = isThrottled;
  }

  /** Ends every process at once, with the invocations that run in them. */
  crash(): void {
    for (const environment of this.#all) environment.kill();
  }

  /** Waits at most `graceMs` for running invocations, then ends every process. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    if (this.#running > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#whenQuiet = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
    }
    for (const environment of this.#all) environment.kill();
  }

  #count({ outcome }: InvocationResult): void {
    if (outcome === 'throttled') this.counters.throttles++;
    else this.counters.invocations++;
    if (outcome !== 'success' && outcome !== 'throttled') this.counters.failures++;
  }

  async #run(requestId: string, event: unknown): Promise<InvocationResult> {
    const payload = JSON.stringify(event ?? {});
    if (Buffer.byteLength(payload) > payloadLimitBytes) throw new RangeError('the event is larger than 6 MB');
    this.#running++;
    try {
      const environment = await this.#acquire();
      const result = await environment.invoke({ requestId, functionArn: this.definition.arn, payload });
      this.#release(environment);
      return this.#withinLimit(result);
    } finally {
      this.#running--;
      if (this.#running === 0) this.#whenQuiet?.();
    }
  }

  #withinLimit(result: InvocationResult): InvocationResult {
    if (Buffer.byteLength(result.payload) <= payloadLimitBytes) return result;
    const errorMessage = 'Response payload size exceeded maximum allowed payload size (6291556 bytes).';
    const payload = JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage });
    return { outcome: 'handled-error', payload };
  }

  async #acquire(): Promise<ExecutionEnvironment> {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle !== undefined) return idle;
      if (this.#all.size + this.#starting < this.#environmentLimit) return this.#startEnvironment();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #release(environment: ExecutionEnvironment): void {
    if (this.#all.has(environment)) this.#idle.push(environment);
    this.#waiting.shift()?.();
  }

  async #startEnvironment(): Promise<ExecutionEnvironment> {
    this.#starting++;
    this.counters.coldStarts++;
    this.#log({ type: 'cold-start', function: this.definition.name });
    try {
      const environment: ExecutionEnvironment = await ExecutionEnvironment.start(this.definition, this.#log, () =>
        this.#forget(environment),
      );
      this.#all.add(environment);
      return environment;
    } finally {
      this.#starting--;
    }
  }

  #forget(environment: ExecutionEnvironment): void {
    this.#all.delete(environment);
    const position = this.#idle.indexOf(environment);
    if (position !== -1) this.#idle.splice(position, 1);
    this.#waiting.shift()?.();
  }
}
