import { describe, expect, test } from 'vitest';
import { steps } from '../sandbox/demo/steps.ts';
import { runChild } from './run-child.ts';

const demo = new URL('../sandbox/demo/main.ts', import.meta.url);
const failing = new URL('./fixtures/failing-demo.ts', import.meta.url);

describe('the demo', () => {
  test('plays every step, and each does what it says', async () => {
    const { code, output, left } = await runChild(demo);

    const told = steps.filter(({ title }, index) => output.includes(`\n${index + 1}. ${title}\n`));
    expect(told.map(({ title }) => title)).toEqual(steps.map(({ title }) => title));
    expect(output).not.toContain('NOT OK');
    expect(output.match(/^ {3}ok$/gm)).toHaveLength(steps.length);
    expect(output).toContain(`all ${steps.length} steps did what they say`);
    expect(output).toMatch(/Title +Salesforce "Chief Tester" +here "Chief Tester"/);
    expect(code).toBe(0);
    expect(left).toEqual([]);
  });

  test('names the steps that do not hold, with what was expected, and exits with 1', async () => {
    const { code, output, left } = await runChild(failing);

    expect(output).toMatch(/expected +Salesforce "nobody@example.com" +here "nobody@example.com"/);
    expect(output).toMatch(/NOT OK: PATCH .* answered 404: .*NOT_FOUND/);
    expect(output).toMatch(
      /2 of 3 steps failed:\n {3}2\. A step that does not hold\n {3}3\. A step that breaks off\n$/,
    );
    expect(code).toBe(1);
    expect(left).toEqual([]);
  });

  test('ends at once and leaves nothing behind when it is interrupted', async () => {
    const interrupt = { signal: 'SIGINT', when: (output: string) => output.includes('\n2. ') } as const;
    const { code, output, left } = await runChild(demo, { interrupt });

    expect(output).not.toContain('\n4. ');
    expect(code).toBe(130);
    expect(left).toEqual([]);
  });
});
