import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const README = new URL('../sandbox/org/README.md', import.meta.url);
const lines = readFileSync(README, 'utf8').split('\n');

/** The pages that the README refers to, by the names that it gives them. */
const pages = new Map(
  lines.flatMap((line): [string, string][] => {
    const [, name, url = ''] = /^\[([^\]]+)\]: (\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, url]];
  }),
);

/** The rows of the table of behaviours: what, which page, which test files. */
const rows = lines.flatMap((line) => {
  const [, behaviour = '', name = '', tests = ''] = /^\| (\S.*?) +\| \[([^\]]+)\] +\| (`.*`) +\|$/.exec(line) ?? [];
  return name === '' ? [] : [{ behaviour, name, files: tests.split(', ').map((test) => test.slice(1, -1)) }];
});

function textOf(file: string): string {
  const url = new URL(`./${file}.test.ts`, import.meta.url);
  return existsSync(url) ? readFileSync(url, 'utf8') : '';
}

describe('the README of the simulated org', () => {
  it('has a table of what the org does, and no table wider than 120 characters', () => {
    expect(rows.length).toBeGreaterThan(100);
    expect(lines.filter((line) => line.startsWith('|') && line.length > 120)).toEqual([]);
  });

  it.each(rows)('has a test that names the page of: $behaviour', (row) => {
    const page = pages.get(row.name) ?? '';
    expect(page).toMatch(/^https:\/\//);
    expect(row.files.map((file) => [file, textOf(file) !== ''])).toEqual(row.files.map((file) => [file, true]));
    expect(row.files.filter((file) => textOf(file).includes(page))).not.toEqual([]);
  });

  it('names no page that nothing refers to', () => {
    const used = new Set(
      lines.flatMap((line) => [...line.matchAll(/\[([^\]]+)\](?!:)/g)].map(([, name = '']) => name)),
    );
    expect([...pages.keys()].filter((name) => !used.has(name))).toEqual([]);
  });
});
