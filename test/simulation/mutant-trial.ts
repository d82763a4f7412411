import type { Mutant } from './mutants/mutant.ts';
import { REGRESSIONS } from './regressions.ts';
import { drawScenario, type Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import { playStage } from './staged/play-stage.ts';
import { STAGES, type StageName } from './staged/stages.ts';
import type { FaultName } from './swarm.ts';

/** One story that a mutant is tried on; `stage` names the family it is of, null for any story of a seed. */
export interface Trial {
  readonly stage: StageName | null;
  readonly seed: number;
  /** Faults switched on beside those of the seed. */
  readonly forced: readonly FaultName[];
  readonly withLater: boolean;
}

/** How many stories of its family a mutant with a stage is tried on before stories of chance. */
const STAGED = 150;

/** Faults that are operations of the story: a seed either tells of them or not, and switching them on adds nothing. */
const TOLD: ReadonlySet<string> = new Set([
  'longTransaction',
  'massUpdate',
  'validationRule',
  'recordRefused',
  'refusedForNow',
  'fieldAdded',
  'fieldRetyped',
  'fieldReadOnly',
  'fieldHidden',
  'automationRewrites',
  'rowDeleted',
  'rowUndeleted',
  'leadConverted',
  'leadConvertedInto',
  'rowsMerged',
  'rowHardDeleted',
  'askedToReconcile',
  'outage',
]);

/** Those of them that a seed tells of only where it is asked to. */
const LATER: ReadonlySet<string> = new Set(['rowUndeleted', 'leadConverted']);

const draw: (seed: number, withLater: boolean) => Scenario = drawScenario;

/** No seed beyond this many for each one wanted is looked at for the faults it tells of. */
const LOOKED_AT = 60;

/** The stories for a mutant, those that are likeliest to tell on it first. */
export function* trialsOf(mutant: Mutant, seeds: number): Generator<Trial> {
  const { stage = null, killedBy } = mutant;
  const forced = mutant.with ?? [];
  const withLater = forced.some((name) => LATER.has(name));
  if (stage !== null) {
    const staged = (seed: number): Trial => ({ stage, seed, forced: [], withLater: false });
    if (killedBy !== undefined) yield staged(killedBy);
    for (let seed = 1; seed <= Math.min(STAGED, seeds); seed += 1) yield staged(seed);
  } else if (killedBy !== undefined) yield { stage: null, seed: killedBy, forced, withLater };
  for (const [seed] of REGRESSIONS) yield { stage: null, seed, forced: [], withLater: false };
  let tried = 0;
  for (let seed = 1; tried < seeds && seed <= seeds * LOOKED_AT; seed += 1) {
    if (!tellsOf(seed, forced, withLater)) continue;
    tried += 1;
    yield { stage: null, seed, forced, withLater };
  }
}

function tellsOf(seed: number, forced: readonly FaultName[], withLater: boolean): boolean {
  const told = forced.filter((name) => TOLD.has(name));
  if (told.length === 0) return true;
  const { faults } = draw(seed, withLater);
  return told.every((name) => faults.includes(name));
}

/** What the story breaks in the product as it is loaded; undefined: nothing. */
export async function tryOut(trial: Trial): Promise<string | undefined> {
  const { broken } = await (trial.stage === null
    ? simulate(scenarioOf(trial))
    : playStage(STAGES[trial.stage](trial.seed)));
  return broken.length === 0 ? undefined : broken.join('\n');
}

function scenarioOf({ seed, forced, withLater }: Trial): Scenario {
  const scenario = draw(seed, withLater);
  return { ...scenario, faults: [...new Set<FaultName>([...scenario.faults, ...forced])] };
}
