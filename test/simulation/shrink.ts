import type { Outcome } from './play-story.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

const MOST_RUNS = 400;

/** The smallest part of a story found that still breaks the same invariant, and how it goes. */
export async function shrink(scenario: Scenario, outcome: Outcome): Promise<{ scenario: Scenario; outcome: Outcome }> {
  const invariant = invariantOf(outcome);
  let [least, itsOutcome] = [scenario, outcome];
  let runs = 0;
  const tryOut = async (smaller: Scenario): Promise<boolean> => {
    if (runs >= MOST_RUNS) return false;
    runs += 1;
    const next = await simulate(smaller, true);
    if (!next.broken.some((line) => line.startsWith(`${invariant}:`))) return false;
    [least, itsOutcome] = [smaller, next];
    return true;
  };
  for (const fault of scenario.faults) {
    await tryOut({ ...least, faults: least.faults.filter((each) => each !== fault) });
  }
  for (let size = Math.ceil(least.operations.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < least.operations.length; ) {
      const operations = least.operations.toSpliced(from, size);
      if (!(await tryOut({ ...least, operations }))) from += size;
    }
  }
  if (itsOutcome === outcome) itsOutcome = await simulate(least, true);
  return { scenario: least, outcome: itsOutcome };
}

function invariantOf({ broken }: Outcome): string {
  return broken[0]?.split(':')[0] ?? '';
}
