import { drawScenario, type Operation, type Scenario } from './scenario.ts';

const PARTS = 8;
const PART_MS = 3 * 3_600_000;

/**
 * 24 hours of the persons and faults of one seed: eight stories, one after another, with quiet times between them, and
 * a poll every five minutes all day.
 */
export function drawDay(seed: number): Scenario {
  const { faults, subjects } = drawScenario(seed);
  const operations = Array.from({ length: PARTS }, (_, part): readonly Operation[] => {
    const within = drawScenario(seed * PARTS + part).operations.filter(
      ({ at, kind }) => at < PART_MS && kind !== 'outage',
    );
    return within.map((operation) => ({
      ...operation,
      at: operation.at + part * PART_MS,
      subject: operation.subject % subjects.length,
    }));
  });
  return { seed, faults, subjects, operations: operations.flat(), minutes: (PARTS * PART_MS) / 60_000 };
}
