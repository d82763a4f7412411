import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { productFiles, type SourceFile, testFiles, topLevelEntries } from './source-files.ts';

const topLevel = [
  'LICENSE',
  'README.md',
  'biome.json',
  'cdk',
  'cdk.json',
  'functions',
  'lib',
  'package-lock.json',
  'package.json',
  'salesforce',
  'test',
  'tsconfig.json',
  'tsconfig.pure.json',
  'vitest.config.ts',
];

it('the top of the project holds only what belongs there', () => {
  expect(topLevelEntries().filter((name) => !topLevel.includes(name))).toEqual([]);
});

describe('file sizes', () => {
  const longerThan = (files: readonly SourceFile[], limit: number) =>
    files.filter(({ lines }) => lines > limit).map(({ path, lines }) => `${path}: ${lines} lines`);

  /** The number of lines that the given share of files does not exceed. */
  const quantile = (files: readonly SourceFile[], share: number) =>
    files.map(({ lines }) => lines).toSorted((a, b) => a - b)[Math.floor(files.length * share)] ?? 0;

  it('a function entry has at most 60 lines', () => {
    const entries = productFiles.filter(({ path }) => path.startsWith('functions/'));
    expect(longerThan(entries, 60)).toEqual([]);
  });

  it('a source file has at most 300 lines, a test at most 400', () => {
    expect(longerThan(productFiles, 300)).toEqual([]);
    expect(longerThan(testFiles, 400)).toEqual([]);
  });

  it('most source files are much shorter', () => {
    expect(quantile(productFiles, 0.9)).toBeLessThanOrEqual(200);
  });
});

describe('file names', () => {
  const files = [...productFiles, ...testFiles];
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

  it('are in kebab case', () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.tsx?$/;
    expect(files.filter(({ path }) => !kebab.test(nameOf(path))).map(({ path }) => path)).toEqual([]);
  });

  it('say what is in the file', () => {
    const vague = /(^|-)(manager|helpers?|utils?|data|info|processor|dto|base|abstract|misc|common)(-|\.)/;
    // A shim bears the name of the package that it stands in for.
    const ours = files.filter(({ path }) => !path.includes('/jsforce-shims/'));
    expect(ours.filter(({ path }) => vague.test(nameOf(path))).map(({ path }) => path)).toEqual([]);
  });
});

it('each file of rows, merge, push and sync-person has a test of its name, or a line in test/README.md', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const lines = readme.match(/^- `(rows|merge|push|sync-person)\/[\s\S]*?\.test\.ts`$/gm) ?? [];
  const tests = new Set(testFiles.map(({ path }) => path));
  const named = lines.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
  const [suites, covered] = [named.filter(isTest), named.filter((name) => !isTest(name))];
  expect(suites.filter((name) => !tests.has(`test/${name}`))).toEqual([]);
  const files = productFiles.flatMap(
    ({ path }) => path.match(/^lib\/sync\/((?:rows|merge|push|sync-person)\/[\w-]+)\.ts$/)?.[1] ?? [],
  );
  const tested = (file: string) => tests.has(`test/sync/${file.slice(file.indexOf('/') + 1)}.test.ts`);
  expect(files.filter((file) => !tested(file)).toSorted()).toEqual(covered.toSorted());
});

const isTest = (name: string) => name.endsWith('.test.ts');
