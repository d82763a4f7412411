import type { StageName } from '../staged/stages.ts';
import type { FaultName } from '../swarm.ts';

/** A seeded bug: one line of one file changed. */
export interface Mutant {
  readonly name: string;
  /** Below the project's folder. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Faults without which the bug would seldom show; they are switched on in every story. */
  readonly with?: readonly FaultName[];
  /** Why no story can tell it from the product; then it is expected to live. */
  readonly equivalent?: string;
  /** What the stories still lack to show the bug, though one could: a known gap, which is neither killed nor argued. */
  readonly gap?: string;
  /** A family of stories written to bring about what shows the bug; they are told before any other. */
  readonly stage?: StageName;
  /** The seed, of the stage if there is one, that killed it last, to be tried first: a hint, for stories change. */
  readonly killedBy?: number;
}
