import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../sandbox/org/conformance/report.ts';

const passed = { outcome: 'passed', problem: '' } as const;
const failed = { outcome: 'failed', problem: 'NOT_FOUND' } as const;

describe('the report of a foreign suite', () => {
  it('tells failures from tests that need what is left out', () => {
    const { lines, failures } = reportOf([
      { file: 'sobject', name: 'should find records', ...passed },
      { file: 'sobject', name: 'should list layout for SObject', ...failed },
      { file: 'bulk2', name: 'should bulk insert records', ...failed },
    ]);
    expect(failures).toBe(1);
    expect(lines.slice(1, 4).map((line) => line.trim().split(/\s+/))).toEqual([
      ['bulk2', '0', '1', '0', '0'],
      ['sobject', '1', '0', '1', '0'],
      ['all', '1', '1', '1', '0'],
    ]);
    expect(lines).toContain('failed: bulk2: should bulk insert records: NOT_FOUND');
    expect(lines).toContain('left out: layouts (1)');
  });

  it('counts a test as passed that passes, whatever it was thought to need', () => {
    const { lines } = reportOf([{ file: 'sobject', name: 'should list layout for SObject', ...passed }]);
    expect(lines[1]?.trim().split(/\s+/)).toEqual(['sobject', '1', '0', '0', '0']);
  });
});

describe('npm run org:conformance', () => {
  const program = fileURLToPath(new URL('../sandbox/org/conformance/main.ts', import.meta.url));
  const run = (...options: string[]) =>
    new Promise<{ code: unknown; text: string }>((resolve) => {
      execFile(process.execPath, [program, ...options], (error, out, err) => {
        resolve({ code: error?.code ?? 0, text: out + err });
      });
    });

  it.each([
    [[], '--jsforce must name a clone'],
    [['--jsforce', '/nowhere'], '/nowhere has no test'],
    [['--nope'], "Unknown option '--nope'"],
  ])('ends with code 2 and one line for %j', async (options, line) => {
    const { code, text } = await run(...options);
    expect(code).toBe(2);
    expect(text.trim().split('\n')).toEqual([expect.stringContaining(line)]);
  });

  it('says how to use it', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, text: expect.stringContaining('npm ci --ignore-scripts') });
  });
});
