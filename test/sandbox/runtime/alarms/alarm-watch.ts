import type { RuntimeEvent } from '../runtime-event.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import { type AlarmState, evaluateAlarm } from './evaluate-alarm.ts';
import { MetricHistory } from './metric-history.ts';
import { metricPoints } from './metric-points.ts';

/** A queue as its metrics know it, and how many messages it holds, hidden and delayed ones too. */
export interface WatchedQueue {
  readonly name: string;
  depth(): Promise<{ readonly visible: number; readonly all: number }>;
}

export interface AlarmWatchOptions {
  readonly alarms: readonly AlarmDefinition[];
  readonly queues: readonly WatchedQueue[];
  /** A schedule of this period stands behind each tick: so much time an invocation of the schedule stands for. */
  readonly tickMs: number;
}

/**
 * Evaluates the alarms of a template over what the functions publish and the queues hold. Time is counted in ticks: an
 * invocation of the schedule is one, however long it took. On AWS a tick is the schedule's period, here a second or a
 * minute; so the alarms fire after as many cycles as there, on a machine of any speed. Values in seconds are brought to
 * the same measure.
 */
export class AlarmWatch {
  readonly #options: AlarmWatchOptions;
  readonly #data = new MetricHistory();
  readonly #filledSince = new Map<string, number>();
  #ticks = 0;
  #lastTickAt = performance.now();
  /** How long a tick has taken, in real milliseconds, on a running average. */
  #tickTook = 1_000;

  constructor(options: AlarmWatchOptions) {
    this.#options = options;
  }

  get ticks(): number {
    return this.#ticks;
  }

  /** To be told every event of the runtime, in order. */
  hear(event: RuntimeEvent): void {
    for (const { metric, value, unit } of metricPoints(event)) {
      this.#data.add(metric, unit === 'Seconds' ? this.#measured(value) : value, this.#now());
    }
  }

  /** An invocation of the schedule has ended, and the next begins. */
  async tick(): Promise<void> {
    await Promise.all(this.#options.queues.map((queue) => this.#count(queue)));
    const real = performance.now();
    this.#tickTook = this.#tickTook * 0.5 + (real - this.#lastTickAt) * 0.5;
    this.#lastTickAt = real;
    this.#ticks += 1;
  }

  /** The state of each alarm by the name of its runbook entry. */
  states(): ReadonlyMap<string, AlarmState> {
    const now = this.#now();
    return new Map(
      this.#options.alarms.map((alarm) => [runbookEntry(alarm), evaluateAlarm(alarm, this.#data, now)] as const),
    );
  }

  async #count(queue: WatchedQueue): Promise<void> {
    const { name } = queue;
    const { visible, all } = await queue.depth();
    const since = all === 0 ? undefined : (this.#filledSince.get(name) ?? this.#now());
    if (since === undefined) this.#filledSince.delete(name);
    else this.#filledSince.set(name, since);
    const add = (metric: string, value: number) =>
      this.#data.add({ namespace: 'AWS/SQS', name: metric, dimensions: { QueueName: name } }, value, this.#now());
    add('ApproximateNumberOfMessagesVisible', visible);
    // How old the oldest message is no engine tells: at most since the queue was last empty.
    add('ApproximateAgeOfOldestMessage', since === undefined ? 0 : (this.#now() - since) / 1000);
  }

  #now(): number {
    return this.#ticks * this.#options.tickMs;
  }

  /** Real seconds as the ticks count them. */
  #measured(seconds: number): number {
    return (seconds * this.#options.tickMs) / this.#tickTook;
  }
}

/** The description of an alarm ends with the name of its entry. */
export function runbookEntry({ description, logicalId }: AlarmDefinition): string {
  return /"(\w+)"\.$/.exec(description)?.[1] ?? logicalId;
}
