import { describe, expect, it } from 'vitest';
import { createScreen } from '../sandbox/terminal/screen.ts';
import { type Goal, showSeeds } from '../simulation/show-seeds.ts';
import { fakeTerminal } from './fake-terminal.ts';

const failure = { seed: 558, broken: ['a list ends\n  after 3 cycles'] };

function running(isTTY: boolean, goal: Goal) {
  let now = 0;
  const terminal = fakeTerminal({ isTTY });
  const progress = showSeeds(createScreen(terminal.output, { NO_COLOR: '1' }), goal, () => now);
  const at = (ms: number) => {
    now = ms;
  };
  return { ...terminal, progress, at };
}

const BOUND = { seeds: 2000, minutes: Number.POSITIVE_INFINITY };

describe('the progress of a simulation', () => {
  it('is a bar on a terminal, with what failed above and the time that is left', () => {
    const { progress, at, shown } = running(true, BOUND);
    at(5_000);
    progress.show({ seeds: 500, failures: [] });
    expect(shown()).toEqual(['█████░░░░░░░░░░░░░░░ 500 of 2,000 seeds, 0 failed, 15 s left']);
    at(10_000);
    progress.show({ seeds: 1000, failures: [failure] });
    expect(shown()).toEqual([
      'seed 558: a list ends',
      '██████████░░░░░░░░░░ 1,000 of 2,000 seeds, 1 failed, 10 s left',
    ]);
    progress.end();
    expect(shown()).toEqual(['seed 558: a list ends', '']);
  });

  it('goes by time where minutes end the run', () => {
    const { progress, at, shown } = running(true, { seeds: Number.MAX_SAFE_INTEGER, minutes: 10 });
    at(300_000);
    progress.show({ seeds: 20_000, failures: [] });
    expect(shown()).toEqual(['██████████░░░░░░░░░░ 20,000 seeds, 0 failed, 5 min left']);
  });

  it('is a line now and then on a plain output, and a failing seed at once', () => {
    const { progress, at, text } = running(false, BOUND);
    at(1_000);
    progress.show({ seeds: 50, failures: [failure] });
    at(10_000);
    progress.show({ seeds: 500, failures: [failure] });
    expect(text()).toBe('seed 558: a list ends\n500 seeds, 1 failed\n');
  });
});
