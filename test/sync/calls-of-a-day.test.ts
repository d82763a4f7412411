import { expect, test } from 'vitest';
import { TwoSides } from './two-sides.ts';

const EDITS = 2000;
const CYCLES = 288;
const GAP_MS = 290_000;

/** How many edits have been made once this many cycles have passed, where they are spread evenly. */
const editsBy = (cycle: number) => Math.round((cycle * EDITS) / CYCLES);

test('a day of 2,000 edits here, spread evenly over 288 cycles, costs one call a cycle beside the poll’s own', async () => {
  const sides = new TwoSides();
  for (let at = 0; at < 40; at += 1) sides.insert('Lead', { LastName: `L${at}`, Company: 'C' });
  await sides.cycle();
  const personIds = sides.persons.all().map(({ personId }) => personId);
  sides.clock.advance(GAP_MS);
  await sides.cycle();
  const before = sides.client.usage().calls;
  let pushed = 0;
  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    sides.clock.advance(GAP_MS);
    for (let edit = editsBy(cycle); edit < editsBy(cycle + 1); edit += 1) {
      await sides.edit(personIds[edit % personIds.length] ?? '', { Title: `Title ${edit}` });
    }
    pushed += (await sides.cycle()).push.pushed;
  }
  expect(pushed).toBe(EDITS);
  expect(sides.client.usage().calls - before).toBe(2 * CYCLES);
});
