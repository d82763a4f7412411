import type { SuiteTest } from './jsforce-suite.ts';
import { LEFT_OUT_FILES, neededBy } from './left-out.ts';

/** How the tests of a suite came out, as a table, with every failure that nothing left out explains. */
export interface Report {
  readonly lines: readonly string[];
  readonly failures: number;
}

const COLUMNS = ['passed', 'failed', 'left out', 'skipped'] as const;

type Column = (typeof COLUMNS)[number];

export function reportOf(tests: readonly SuiteTest[]): Report {
  const files = [...new Set(tests.map(({ file }) => file))].toSorted();
  const rows = files.map((file) =>
    row(
      file,
      tests.filter((test) => test.file === file),
    ),
  );
  const failures = tests.filter((test) => columnOf(test) === 'failed');
  const lines = [
    ['test file', ...COLUMNS].map(pad).join(''),
    ...rows,
    row('all', tests),
    '',
    ...failures.map(({ file, name, problem }) => `failed: ${file}: ${name}: ${problem}`),
    ...needs(tests).map(([what, count]) => `left out: ${what} (${count})`),
    ...Object.entries(LEFT_OUT_FILES).map(([file, what]) => `left out: ${what} (the whole file ${file}.test.ts)`),
  ];
  return { lines, failures: failures.length };
}

/** A test that needs something left out fails for that; should it pass all the same, it has passed. */
function columnOf({ file, name, outcome }: SuiteTest): Column {
  return outcome === 'failed' && neededBy(file, name) !== undefined ? 'left out' : outcome;
}

function row(title: string, tests: readonly SuiteTest[]): string {
  const counts = COLUMNS.map((column) => tests.filter((test) => columnOf(test) === column).length);
  return [title, ...counts.map(String)].map(pad).join('');
}

function pad(text: string, at: number): string {
  return at === 0 ? text.padEnd(22) : text.padStart(10);
}

function needs(tests: readonly SuiteTest[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const test of tests) {
    const what = columnOf(test) === 'left out' ? neededBy(test.file, test.name) : undefined;
    if (what !== undefined) counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts];
}
