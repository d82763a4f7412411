import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { helpOf, readArguments, wholeNumber } from '../../lib/operator/command-line.ts';

const COMMAND = {
  name: 'npm run import',
  about: 'Creates persons from a file.',
  argument: { name: 'FILE.csv', about: 'one person a line' },
  options: {
    stack: { value: 'NAME', about: 'the deployed stack (LockstepSync)', environment: 'LOCKSTEP_STACK' },
    sync: { about: 'sync each person' },
  },
} as const;

describe('readArguments', () => {
  it('gives the values as they are typed', () => {
    const given = readArguments(COMMAND, ['persons.csv', '--stack', 'Mine', '--sync']);
    expect(given).toEqual({ argument: 'persons.csv', options: { stack: 'Mine', sync: true } });
    expect(readArguments(COMMAND, [])).toEqual({ argument: undefined, options: {} });
  });

  it.each([
    [['--stak', 'x'], "Unknown option '--stak'"],
    [['--stack'], "Option '--stack <value>' argument missing"],
    [['a.csv', 'b.csv'], "Unexpected argument 'b.csv'"],
  ])('refuses %j in one line', (args, message) => {
    expect(() => readArguments(COMMAND, args)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(message) }),
    );
  });

  it('throws the help for --help, whatever else is typed', () => {
    expect(() => readArguments(COMMAND, ['--wrong', '--help'])).toThrow(
      expect.objectContaining({ name: 'HelpRequest', message: helpOf(COMMAND) }),
    );
  });
});

it('the help names every option with its value and environment variable', () => {
  expect(helpOf(COMMAND).split('\n')).toEqual([
    'npm run import -- FILE.csv [options]',
    '',
    'Creates persons from a file.',
    '',
    '  FILE.csv       one person a line',
    '  --stack NAME   the deployed stack (LockstepSync); or LOCKSTEP_STACK',
    '  --sync         sync each person',
    '  --help         print this text',
  ]);
});

it.each(['-1', '65536', '1.5', '', '1e3', 'x'])('%j is no whole number from 0 to 65535', (text) => {
  expect(() => wholeNumber('--port', text, 0, 65_535)).toThrow(
    `--port takes a whole number from 0 to 65535, not "${text}"`,
  );
});

interface Package {
  readonly scripts: Readonly<Record<string, string>>;
}
const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Package;

/** The commands of the project itself; the others are the tools of others, with a help of their own. */
const ours = Object.entries(scripts).flatMap(([name, script]) => {
  const file = /^node (?:--\S+ )*(\S+\.ts)$/.exec(script)?.[1];
  return file === undefined || !existsSync(file) ? [] : [[name, file] as const];
});

test('there are commands to try', () => expect(ours.length).toBeGreaterThan(5));

describe.each(ours)('npm run %s', (_name, file) => {
  const run = (option: string) => spawnSync(process.execPath, [file, option], { encoding: 'utf8' });

  it('prints its help for --help', () => {
    expect(run('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^npm (start|run )/) });
  });

  it('refuses an unknown option in one line, with exit code 2', () => {
    const { status, stderr, stdout } = run('--no-such-option');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^.*'--no-such-option'\n$/);
  });
});
