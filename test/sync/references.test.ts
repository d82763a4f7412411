import { expect, test } from 'vitest';
import { TwoSides } from './two-sides.ts';

const NOBODY = '005000000000zzzAAA';
const NOWHERE = '001000000000zzzAAA';

function withLookup(): TwoSides {
  const sides = new TwoSides();
  sides.control('fields', { object: 'Lead', name: 'Partner__c', type: 'reference', referenceTo: ['Account'] });
  return sides;
}

test('an edit of a lookup that points nowhere is rejected once, and the field is named', async () => {
  const sides = withLookup();
  const { personId } = await sides.linkedPerson();
  await sides.edit(personId, { Partner__c: NOWHERE });
  const { push } = await sides.cycle();
  expect(push).toMatchObject({ rejected: 1, error: null });
  expect(sides.person(personId).rejection).toMatchObject({
    code: 'INVALID_CROSS_REFERENCE_KEY',
    fields: ['Partner__c'],
  });
  const { calls } = sides.client.usage();
  for (let cycle = 0; cycle < 3; cycle += 1) {
    sides.clock.advance(300_000);
    await sides.cycle();
  }
  // An idle cycle costs one call.
  expect(sides.client.usage().calls).toBe(calls + 3);
  expect(sides.logged(personId, 'rejected')).toHaveLength(1);
});

test('a lookup whose target was deleted meanwhile is rejected, the person’s own row is not gone', async () => {
  const sides = withLookup();
  const { personId, salesforce } = await sides.linkedPerson();
  const account = sides.insert('Account', { Name: 'Analytical Engines' });
  await sides.edit(personId, { Partner__c: account });
  sides.remove('Account', account);
  await sides.cycle();
  expect(sides.person(personId)).toMatchObject({
    salesforce: { id: salesforce?.id, isDeleted: false },
    rejection: { fields: ['Partner__c'] },
  });
});

test('an owner who does not exist is told to the caller who asked for that owner', async () => {
  const sides = new TwoSides();
  const { personId } = await sides.linkedPerson();
  const outcome = await sides.sync(personId, { kind: 'user', ownerId: NOBODY });
  expect(outcome).toMatchObject({
    kind: 'rejected',
    rejection: { code: 'INVALID_CROSS_REFERENCE_KEY', fields: ['OwnerId'] },
  });
});
