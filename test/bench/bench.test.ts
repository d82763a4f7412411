import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { atMost } from './bench.ts';
import { exitCodeOf, linesOf } from './report.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly output: string;
}

function bench(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

it('runs the product beside its floor and writes both', { timeout: 600_000 }, async () => {
  const file = join(folder, 'results.json');
  const { code, output } = await bench('--quick', '--only', 'W5', '--json', file);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('every bar holds') });
  const { machine, workloads } = JSON.parse(readFileSync(file, 'utf8'));
  expect(machine).toMatchObject({ cores: expect.any(Number), node: process.versions.node });
  expect(workloads).toEqual([
    {
      id: 'W5',
      name: expect.any(String),
      product: expect.objectContaining({ salesforceCalls: 1, cpuSeconds: expect.any(Number) }),
      floor: expect.objectContaining({ salesforceCalls: 2 }),
      peers: {},
      ratios: expect.objectContaining({ 'calls / one query an object': 0.5 }),
      bars: expect.arrayContaining([{ name: expect.any(String), value: 288, bar: 576, holds: true }]),
    },
  ]);
});

it('a mistake is one line and exit code 2', { timeout: 600_000 }, async () => {
  expect(await bench('--only', 'W99')).toEqual({
    code: 2,
    output: expect.stringMatching(/^--only takes W1, .*, not "W99"\n$/),
  });
});

it('a bar that does not hold is shown and is the exit code', () => {
  const measure = { counts: { calls: 3 }, cpuSeconds: 1, seconds: 1, peakRssMb: 1 };
  const failing = {
    id: 'W0',
    name: 'a workload',
    result: { product: measure, floor: null, peers: {}, ratios: {}, bars: [atMost('calls', 3, 2)] },
  };
  const holding = { ...failing, result: { ...failing.result, bars: [atMost('calls', 2, 2)] } };
  expect([exitCodeOf([failing, holding]), exitCodeOf([holding])]).toEqual([1, 0]);
  expect(linesOf(failing)).toContain('  FAILS calls ≤ 2: 3');
});
