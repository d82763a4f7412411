import { expect, test } from 'vitest';
import { absorbPerson, freezePerson } from '../../lib/person/absorb-person.ts';
import { editPerson } from '../../lib/person/edit-person.ts';
import type { Person } from '../../lib/person/person.ts';
import { aPerson, NOW, SHAPES, someRules } from './builders.ts';

const rules = someRules();
const LATER = '2026-11-21T10:06:00.000Z';

function edited(personId: string, title: string, at: string): Person {
  const person = aPerson({ personId, fields: { Title: 'Clerk' } });
  return freezePerson(editPerson(person, { Title: title }, SHAPES, at), 'winner', LATER);
}

test('an older edit does not replace what a newer one agreed with, whichever comes along first', () => {
  const winner = aPerson({ personId: 'winner', fields: { Title: 'Countess' } });
  const [older, newer] = [edited('older', 'Baroness', NOW), edited('newer', 'Countess', LATER)];

  for (const losers of [
    [older, newer],
    [newer, older],
  ]) {
    const whole = losers.reduce((person, loser) => absorbPerson(person, loser, rules, LATER), winner);
    expect(whole.fields.Title).toBe('Countess');
    expect(whole.absorbed).toEqual(losers.map(({ personId }) => personId));
  }
});

test('a value that only the loser holds is not written over a field of the row that nobody here may edit', () => {
  const readOnly = { ...rules, canPush: () => false };
  const winner = aPerson({ personId: 'winner' });

  const whole = absorbPerson(winner, edited('loser', 'Baroness', NOW), readOnly, LATER);

  expect(whole.fields.Title).toBeUndefined();
  expect(whole.log.recent.at(-1)).toMatchObject({ type: 'merged', detail: { superseded: { Title: 'Baroness' } } });
});
