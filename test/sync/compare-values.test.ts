import { expect, test } from 'vitest';
import type { Person } from '../../lib/person/person.ts';
import { askReconciliation } from '../../lib/sync/poll/ask-reconciliation.ts';
import { TwoSides } from './two-sides.ts';

/** A reconciliation of everybody, and what its finds come to. */
async function reconciled(sides: TwoSides) {
  await askReconciliation(sides.ports, { reason: 'asked', acceptMissing: false });
  await sides.poll();
  await sides.merge();
  const { last } = await sides.ports.state.loadReconciliations();
  if (last === null) throw new Error('no reconciliation has ended');
  return { persons: last.persons, missing: last.missing, changed: last.changed, different: last.different };
}

/** The store holds something else than Salesforce, and no stamp shows it. */
async function corrupted(sides: TwoSides, person: Person, change: Partial<Person>): Promise<void> {
  const outcome = await sides.persons.update(person, { ...person, ...change });
  expect(outcome.kind).toBe('written');
}

/** Two persons in step, their seconds over. */
async function inStep(): Promise<{ readonly sides: TwoSides; readonly ada: Person; readonly grace: Person }> {
  const sides = new TwoSides();
  const ada = await sides.linkedPerson({ Title: 'Countess' });
  const grace = await sides.linkedPerson({ LastName: 'Hopper', Title: 'Admiral' });
  sides.clock.advance(3_600_000);
  await sides.cycle();
  return { sides, ada, grace };
}

test('where both sides hold the same, nothing differs and nothing is written', async () => {
  const { sides, ada } = await inStep();
  expect(await reconciled(sides)).toEqual({ persons: 2, missing: 0, changed: 0, different: 0 });
  expect(sides.person(ada.personId)).toEqual(ada);
});

test('a value that no stamp tells is found, repaired and told', async () => {
  const { sides, ada, grace } = await inStep();
  await corrupted(sides, ada, { fields: { ...ada.fields, Title: 'wrong' } });
  expect(await reconciled(sides)).toEqual({ persons: 2, missing: 0, changed: 0, different: 1 });
  expect(sides.person(ada.personId).fields.Title).toBe('Countess');
  expect(sides.logged(ada.personId, 'fieldsChanged').at(-1)?.detail.changes).toEqual([
    { field: 'Title', from: 'wrong', to: 'Countess' },
  ]);
  expect(sides.person(grace.personId)).toEqual(grace);
  expect(await reconciled(sides)).toMatchObject({ different: 0 });
});

test('a base that Salesforce never held is found below an edit that waits, and the edit is kept', async () => {
  const { sides, ada } = await inStep();
  await corrupted(sides, ada, {
    fields: { ...ada.fields, Title: 'Lady' },
    pending: { Title: 'never' },
  });
  const before = await reconciled(sides);
  expect(before).toMatchObject({ different: 1 });
  expect(sides.person(ada.personId).fields.Title).toBe('Lady');
});

test('a person whose push is under way, and a row that was saved since, are left to those who are at it', async () => {
  const { sides, ada, grace } = await inStep();
  const lease = { owner: 'somebody', expiresAt: '2026-11-22T00:00:00.000Z', attempt: { Title: 'Lady' } };
  await corrupted(sides, ada, { fields: { ...ada.fields, Title: 'wrong' } });
  expect(await sides.persons.takeLease(sides.person(ada.personId), lease, sides.clock.now())).toBe('taken');
  sides.update('Lead', grace.salesforce?.id ?? '', { Title: 'Rear Admiral' });
  expect(await reconciled(sides)).toMatchObject({ different: 0 });
});
