import type { Measured } from './measure.ts';

/** Where a task works: everything a process of its own needs to reach the engines. */
export interface Place {
  readonly orgUrl: string;
  readonly dynamoDbUrl: string;
  readonly sqsUrl: string;
  /** A table and the queues of the two lanes, of this workload alone. */
  readonly tableName: string;
  readonly queueUrl: string;
  readonly backlogUrl: string;
}

/** One part of a workload, run in a process of its own. */
export type Task = (place: Place, size: number) => Promise<Measured>;

/** A limit that is judged: the exit code tells of one that does not hold. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly bar: number;
  readonly holds: boolean;
}

export interface WorkloadResult {
  readonly product: Measured;
  /** The same work with as little as can do it, in the same run. */
  readonly floor: Measured | null;
  readonly peers: Readonly<Record<string, Measured>>;
  readonly ratios: Readonly<Record<string, number>>;
  readonly bars: readonly Bar[];
}

/** What a workload is run with. */
export interface Bench {
  readonly isQuick: boolean;
  readonly isFull: boolean;
  /** Folders in which peers are installed, by name. */
  readonly peers: Readonly<Record<string, string>>;
  /** An org without records, an empty table and an empty queue. */
  begin(): Promise<Place>;
  /** Runs a task of this workload in a process of its own. */
  run(task: string, place: Place, size: number): Promise<Measured>;
  /** Lets every request to the org take so long; 0: as fast as it can. */
  latency(place: Place, milliseconds: number): Promise<void>;
  /** Says what is being done now. */
  tell(text: string): void;
}

/** A workload and its tasks, in a file of its own: `workloads/<file>.ts` exports `workload` and `tasks`. */
export interface Workload {
  readonly id: string;
  readonly name: string;
  run(bench: Bench): Promise<WorkloadResult>;
}

export interface WorkloadFile {
  readonly workload: Workload;
  readonly tasks: Readonly<Record<string, Task>>;
}

/** Holds where the value is at most the bar. */
export function atMost(name: string, value: number, bar: number): Bar {
  return { name: `${name} ≤ ${bar.toLocaleString('en-GB')}`, value, bar, holds: value <= bar };
}
