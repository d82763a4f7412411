import { describe, expect, it } from 'vitest';
import { absorbPerson, foldPersons } from '../../lib/person/absorb-person.ts';
import { deletePerson } from '../../lib/person/delete-person.ts';
import { editPerson, personOfRow } from '../../lib/person/edit-person.ts';
import type { Person } from '../../lib/person/person.ts';
import { aRow, NOW, SHAPES, someRules } from './builders.ts';

const made = (personId: string): Person => ({ ...personOfRow(aRow({ Title: 'r' }), NOW), personId });
const LATER = '2026-11-21T14:00:00.000Z';
const known = (personId: string, at = NOW): Person =>
  editPerson(made(personId), { Title: `of ${personId}` }, SHAPES, at);
const deleted = (personId: string): Person => deletePerson(known(personId), 'keep', NOW);

/** What one person of the two comes to, whoever asks. */
function together(person: Person, holder: Person): Person {
  const { survivor, frozen } = foldPersons(person, holder, NOW);
  return absorbPerson(survivor, frozen, { rules: someRules(), earlier: new Map(), now: NOW });
}

describe('two persons who stand for one row come to the same, whichever asks', () => {
  const pairs: readonly (readonly [string, Person, Person])[] = [
    ['both just made', made('p1'), made('p2')],
    ['both known', known('p1'), known('p2')],
    ['one known, one just made', known('p1'), made('p2')],
    ['one deleted here, one just made', deleted('p1'), made('p2')],
    ['one deleted here, one known', deleted('p1'), known('p2')],
    ['one known, one deleted here', known('p1'), deleted('p2')],
    ['both deleted here', deleted('p1'), deleted('p2')],
  ];

  it.each(pairs)('%s', (_, one, other) => {
    const [first, second] = [together(one, other), together(other, one)];
    expect(second.personId).toBe(first.personId);
    expect(second.deletedHere).toEqual(first.deletedHere);
    expect(second.fields).toEqual(first.fields);
    expect(second.pending).toEqual(first.pending);
  });

  it('who was deleted here is not brought back by somebody just made of the row', () => {
    expect(together(made('p2'), deleted('p1')).deletedHere).not.toBeNull();
  });

  it.each(['p1', 'p2'])('who lives here stays, with the edits made here, beside a deleted %s', (personId) => {
    const other = personId === 'p1' ? 'p2' : 'p1';
    const whole = together(deleted(personId), known(other, LATER));
    expect([whole.deletedHere, whole.fields.Title]).toEqual([null, `of ${other}`]);
  });
});
