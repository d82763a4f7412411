import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createScreen } from '../sandbox/terminal/screen.ts';
import { showSteps } from '../sandbox/terminal/start-steps.ts';
import { fakeTerminal } from './fake-terminal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const lasting = (ms: number) => () => new Promise<string>((resolve) => setTimeout(() => resolve('40 records'), ms));

describe('the steps of a start', () => {
  it('on a plain output: a line when a step begins, a reminder of a slow one, and a line when it ends', async () => {
    const { output, text } = fakeTerminal({ isTTY: false });
    const steps = showSteps(createScreen(output, {}));
    const done = steps.step('template', 'synthesises the CDK app', lasting(40_000), (records) => records);
    expect(text()).toBe('… template    synthesises the CDK app\n');
    await vi.advanceTimersByTimeAsync(41_000);
    await done;
    expect(text().split('\n')).toEqual([
      '… template    synthesises the CDK app',
      '… template    still waits: synthesises the CDK app (15 s)',
      '… template    still waits: synthesises the CDK app (30 s)',
      '✓ template    40 records (40.0 s)',
      '',
    ]);
  });

  it('on a terminal: one living line with all that is under way, since when', async () => {
    const { output, shown } = fakeTerminal({ isTTY: true });
    const steps = showSteps(createScreen(output, { NO_COLOR: '1' }));
    const slow = steps.step('template', 'synthesises the CDK app', lasting(5_000));
    const quick = steps.step('tables', 'starts DynamoDB', lasting(1_000));
    await vi.advanceTimersByTimeAsync(500);
    expect(shown().at(-1)).toMatch(/^\S synthesises the CDK app 0 s, starts DynamoDB 0 s$/);
    await vi.advanceTimersByTimeAsync(2_600);
    await quick;
    expect(shown().at(-1)).toMatch(/^\S synthesises the CDK app 3 s$/);
    await vi.advanceTimersByTimeAsync(2_000);
    await slow;
    expect(shown()).toEqual([
      '✓ tables      starts DynamoDB (1.0 s)',
      '✓ template    synthesises the CDK app (5.0 s)',
      '',
    ]);
  });

  it('a step that fails is not told as done, and its error goes on', async () => {
    const { output, text } = fakeTerminal({ isTTY: false });
    const steps = showSteps(createScreen(output, {}));
    const failing = steps.step('org', 'starts an org', () => Promise.reject(new Error('taken')));
    await expect(failing).rejects.toThrow('taken');
    expect(text()).not.toContain('✓');
    expect(vi.getTimerCount()).toBe(0);
  });
});
