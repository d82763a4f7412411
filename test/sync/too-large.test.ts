import { expect, test } from 'vitest';
import { ItemTooLargeError } from '../../lib/sync/errors.ts';
import { storeWith } from './store-with.ts';
import { TwoSides } from './two-sides.ts';

const LONG = 'x'.repeat(30_000);

/** The sides with a store that takes no person whose notes are long. */
function withSmallStore() {
  const sides = new TwoSides();
  const refuse = (fields: Readonly<Record<string, unknown>>): void => {
    if (fields.Description === LONG) throw new ItemTooLargeError('Item size has exceeded the maximum allowed size');
  };
  const persons = storeWith(sides.persons, {
    create: async (person) => {
      refuse(person.fields);
      return sides.persons.create(person);
    },
    update: async (stored, next) => {
      refuse(next.fields);
      return sides.persons.update(stored, next);
    },
  });
  return { sides, persons };
}

test('a row that makes its person too large parks it, told once, and its message is done', async () => {
  const { sides, persons } = withSmallStore();
  const { personId, salesforce } = await sides.linkedPerson();
  const other = await sides.linkedPerson();
  for (const Phone of ['1', '2']) {
    sides.update('Lead', salesforce?.id ?? '', { Description: LONG, Phone });
    sides.update('Lead', other.salesforce?.id ?? '', { Phone });
    await sides.poll();
    expect(await sides.merge({ persons })).toMatchObject({ retry: [], error: null });
  }
  expect(sides.person(other.personId).fields.Phone).toBe('2');
  expect(sides.person(personId)).toMatchObject({ rejection: { code: 'PERSON_TOO_LARGE' } });
  expect(sides.logged(personId, 'rejected')).toHaveLength(1);
  sides.update('Lead', salesforce?.id ?? '', { Description: 'short' });
  await sides.poll();
  await sides.merge({ persons });
  expect(sides.person(personId)).toMatchObject({ rejection: null, fields: { Description: 'short', Phone: '2' } });
});

test('a row too large for a person of its own makes one that says so', async () => {
  const { sides, persons } = withSmallStore();
  const id = sides.insert('Lead', { LastName: 'Lovelace', Company: 'Analytical Engines', Description: LONG });
  await sides.poll();
  expect(await sides.merge({ persons })).toMatchObject({ retry: [], error: null });
  const person = sides.personOf(id);
  expect(person).toMatchObject({ fields: { LastName: 'Lovelace' }, rejection: { code: 'PERSON_TOO_LARGE' } });
  sides.update('Lead', id, { Description: 'short' });
  await sides.poll();
  await sides.merge({ persons });
  expect(sides.person(person.personId)).toMatchObject({ rejection: null, fields: { Description: 'short' } });
});

test('a push whose outcome is too large parks the person and frees it', async () => {
  const { sides, persons } = withSmallStore();
  const { personId } = await sides.linkedPerson();
  sides.control('triggers', { object: 'Lead', name: 'Notes', set: { Description: LONG } });
  await sides.edit(personId, { Title: 'Countess' });
  await sides.poll();
  await sides.merge({ persons });
  expect(sides.person(personId)).toMatchObject({ lease: null, rejection: { code: 'PERSON_TOO_LARGE' } });
  await sides.poll();
  expect(await sides.merge({ persons })).toMatchObject({ retry: [], push: { pushed: 0, error: null } });
  expect(sides.logged(personId, 'rejected')).toHaveLength(1);
});
