import { describe, expect, it } from 'vitest';
import { playStage } from './play-stage.ts';
import { STAGE_NAMES, STAGES } from './stages.ts';

const SEEDS = 40;

describe('a staged story', () => {
  it.each(STAGE_NAMES)('keeps every invariant: %s', async (name) => {
    const broken: string[] = [];
    const hits = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const stage = STAGES[name](seed);
      const outcome = await playStage(stage);
      for (const line of outcome.broken) broken.push(`seed ${seed}: ${line}`);
      for (const fault of Object.keys(outcome.hits)) hits.add(fault);
    }
    expect(broken).toEqual([]);
    // A storm that never struck would prove nothing.
    const storms = Array.from({ length: SEEDS }, (_, at) => STAGES[name](at + 1)).flatMap((stage) => stage.storms);
    expect(storms.map(({ fault }) => fault).filter((fault) => !hits.has(fault))).toEqual([]);
  });

  it('goes the same way each time', async () => {
    const stage = STAGES.editedAfterLostPush(3);
    const [one, other] = [await playStage(stage), await playStage(stage)];
    expect(other).toEqual(one);
    expect(one.steps).toBeGreaterThan(100);
  });
});
