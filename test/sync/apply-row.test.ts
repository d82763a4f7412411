import { expect, test } from 'vitest';
import { applyRow } from '../../lib/sync/rows/apply-row.ts';
import { FixedClock } from '../fakes/fixed-clock.ts';
import { InMemoryPersonStore } from '../fakes/in-memory-person-store.ts';
import { aPerson, aRow, NOW, someRules } from '../person/builders.ts';
import { schemaOf } from '../schema/builders.ts';

const object = { schema: schemaOf('Lead', []), rules: someRules(), columns: [] };

async function applied(fields: Record<string, string>) {
  const persons = new InMemoryPersonStore();
  const person = aPerson({ fields: { Title: 'President' }, pending: { Title: 'Clerk' }, pendingSince: NOW });
  await persons.create(person);
  const owner = {
    person,
    personId: person.personId,
    needsLink: false,
    isFormer: false,
    linkedId: undefined,
    unjoined: [],
  };
  const ports = { persons, clock: new FixedClock(NOW) };
  const answer = await applyRow(ports, { row: aRow(fields), owner, object, newer: false });
  return { answer, persons, personId: person.personId };
}

test('a row that was merged gives the person as it is stored now, so that its edits can be pushed at once', async () => {
  const { answer, persons, personId } = await applied({ Title: 'Vice President' });

  expect(answer.person).toEqual(persons.peek(personId));
  expect(answer.person?.version).toBe(2);
  const lease = { owner: 'worker', expiresAt: '2026-11-21T10:06:00.000Z', attempt: {} };
  expect(answer.person && (await persons.takeLease(answer.person, lease, NOW))).toBe('taken');
});

test('a row that was merged tells its conflicts', async () => {
  const { answer } = await applied({ Title: 'Vice President' });

  const conflict = { field: 'Title', local: 'President', remote: 'Vice President', winner: 'local' };
  expect(answer).toMatchObject({ pulled: [], conflicts: [conflict] });
});
