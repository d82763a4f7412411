import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants.ts';

const ROOT = new URL('../../../', import.meta.url);

function occurrences(file: string, piece: string): number {
  return readFileSync(new URL(file, ROOT), 'utf8').split(piece).length - 1;
}

describe('the mutants', () => {
  it.each(MUTANTS.map(({ name, file, from }) => [name, file, from]))(
    'have one single place in the source: %s',
    (_, file, from) => {
      expect(occurrences(file, from)).toBe(1);
    },
  );

  it('change something, each under a name of its own', () => {
    expect(MUTANTS.filter(({ from, to }) => from === to)).toEqual([]);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    // Two names for one bug would count it twice.
    expect(new Set(MUTANTS.map(({ file, from, to }) => `${file} ${from} ${to}`)).size).toBe(MUTANTS.length);
  });
});
