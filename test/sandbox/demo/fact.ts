import { isDeepStrictEqual } from 'node:util';

/** Something to be seen after a step: what was expected, and what was found, in one place or on both sides. */
export interface Fact {
  readonly name: string;
  readonly places: readonly { readonly place: string; readonly found: unknown; readonly expected: unknown }[];
}

/** What one look finds. */
export function fact(name: string, found: unknown, expected: unknown): Fact {
  return { name, places: [{ place: '', found, expected }] };
}

/** A field that holds the same value on both sides. */
export function agreed(name: string, found: BothSides, expected: unknown): Fact {
  return sides(name, found, { salesforce: expected, here: expected });
}

/** A field that may hold different values on the two sides. */
export function sides(name: string, found: BothSides, expected: BothSides): Fact {
  return {
    name,
    places: [
      { place: 'Salesforce', found: found.salesforce, expected: expected.salesforce },
      { place: 'here', found: found.here, expected: expected.here },
    ],
  };
}

export interface BothSides {
  readonly salesforce: unknown;
  readonly here: unknown;
}

export function holds({ places }: Fact): boolean {
  return places.every(({ found, expected }) => isDeepStrictEqual(found, expected));
}

/** The facts as lines of a table, each with what was expected where it was not found. */
export function factLines(facts: readonly Fact[]): string[] {
  const width = Math.max(0, ...facts.map(({ name }) => name.length));
  return facts.flatMap((each) => {
    const line = (which: 'found' | 'expected') =>
      each.places.map((place) => `${place.place} ${shown(place[which])}`.trim()).join('   ');
    const found = `${each.name.padEnd(width)}   ${line('found')}`;
    return holds(each) ? [found] : [found, `${'expected'.padStart(width)}   ${line('expected')}`];
  });
}

function shown(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(', ') || 'none';
  if (value === null || value === undefined) return 'nothing';
  return JSON.stringify(value);
}
