import { describe, expect, test } from 'vitest';
import type { Fields } from '../../lib/person/field-value.ts';
import { TwoSides } from './two-sides.ts';

const push = {
  background: async (sides: TwoSides) => void (await sides.cycle()),
  'sync person': async (sides: TwoSides, personId: string) => void (await sides.sync(personId)),
} as const;

const WAYS = Object.entries(push);

async function edited(edits: Fields, control: (sides: TwoSides) => void) {
  const sides = new TwoSides();
  const { personId, salesforce } = await sides.linkedPerson({ Title: 'old' });
  control(sides);
  sides.clock.advance(60_000);
  await sides.edit(personId, edits);
  return { sides, personId, row: () => sides.record('Lead', salesforce?.id ?? '') };
}

const rule = (field?: string) => (sides: TwoSides) => {
  const wish = { object: 'Lead', name: 'NoBob', errorWhen: "Title = 'Bob'", message: 'No Bob' };
  sides.control('validation-rules', field === undefined ? wish : { ...wish, field });
};

const OPT_OUTS = { HasOptedOutOfEmail: true, DoNotCall: true };

describe.each(WAYS)('%s', (_, pushOf) => {
  test('a value that Salesforce refuses by name waits alone; the other edits go in the same run', async () => {
    const { sides, personId, row } = await edited({ Title: 'Bob', City: 'London', Phone: '1' }, rule('Title'));
    await pushOf(sides, personId);
    expect(row()).toMatchObject({ Title: 'old', City: 'London', Phone: '1' });
    expect(sides.person(personId)).toMatchObject({
      pending: { Title: 'old' },
      rejection: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: ['Title'] },
      lease: null,
    });
    expect(sides.logged(personId, 'rejected')).toMatchObject([
      { detail: { fields: ['Title'], values: { Title: 'Bob' } } },
    ]);
  });

  test('so does a value that is refused here without asking', async () => {
    const { sides, personId, row } = await edited({ Title: 'T'.repeat(129), City: 'London' }, () => undefined);
    await pushOf(sides, personId);
    expect(row()).toMatchObject({ Title: 'old', City: 'London' });
    expect(sides.person(personId)).toMatchObject({ pending: { Title: 'old' }, rejection: { fields: ['Title'] } });
  });

  test('where the whole record is refused the opt-outs go by themselves, and the rest waits', async () => {
    const { sides, personId, row } = await edited({ Title: 'Bob', City: 'London', ...OPT_OUTS }, rule());
    await pushOf(sides, personId);
    expect(row()).toMatchObject({ Title: 'old', City: null, ...OPT_OUTS });
    const { pending, rejection } = sides.person(personId);
    expect(Object.keys(pending).sort()).toEqual(['City', 'Title']);
    expect(rejection?.fields.toSorted()).toEqual(['City', 'Title']);
  });

  test('where the opt-outs are refused too everything waits, and is told', async () => {
    const always = { object: 'Lead', name: 'Frozen', errorWhen: "LastName = 'Lovelace'", message: 'Frozen' };
    const { sides, personId } = await edited({ City: 'London', ...OPT_OUTS }, (org) => {
      org.control('validation-rules', always);
    });
    await pushOf(sides, personId);
    expect(sides.person(personId).rejection?.fields.toSorted()).toEqual(['City', 'DoNotCall', 'HasOptedOutOfEmail']);
    const calls = sides.client.usage().calls;
    await sides.cycle();
    expect(sides.client.usage().calls - calls).toBe(1);
  });

  test('a parked value does not keep a later edit of another field from Salesforce', async () => {
    const { sides, personId, row } = await edited({ Title: 'Bob' }, rule('Title'));
    await pushOf(sides, personId);
    await sides.edit(personId, { City: 'London' });
    await pushOf(sides, personId);
    expect(row()).toMatchObject({ Title: 'old', City: 'London' });
    expect(sides.person(personId)).toMatchObject({ pending: { Title: 'old' }, rejection: { fields: ['Title'] } });
    const told = sides.logged(personId, 'rejected').length;
    for (const _ of [1, 2]) await sides.cycle();
    expect(sides.logged(personId, 'rejected')).toHaveLength(told);
  });
});

test('an owner who does not exist is refused by name, and the edits go on', async () => {
  const { sides, personId, row } = await edited({ City: 'London' }, () => undefined);
  const outcome = await sides.sync(personId, { kind: 'user', ownerId: '005000000000zzzAAA' });
  expect(outcome).toMatchObject({
    kind: 'rejected',
    rejection: { code: 'INVALID_CROSS_REFERENCE_KEY', fields: ['OwnerId'] },
  });
  expect(row().City).toBe('London');
  expect(sides.person(personId)).toMatchObject({ pending: {}, rejection: null, lease: null });
  expect(sides.logged(personId, 'rejected')).toMatchObject([{ detail: { fields: ['OwnerId'] } }]);
});

test.each(WAYS)('a record whose owner Salesforce does not accept is parked as a whole (%s)', async (_, pushOf) => {
  const { sides, personId, row } = await edited({ City: 'London' }, (org) => {
    const refusal = { statusCode: 'INACTIVE_OWNER_OR_USER', message: 'inactive user as owner', fields: ['OwnerId'] };
    org.control('faults', { kind: 'recordError', object: 'Lead', ...refusal });
  });
  await pushOf(sides, personId);
  expect(row().City).not.toBe('London');
  const { pending, rejection } = sides.person(personId);
  expect(Object.keys(pending)).toEqual(['City']);
  expect(rejection).toMatchObject({ code: 'INACTIVE_OWNER_OR_USER', fields: ['City'] });
  const calls = sides.client.usage().calls;
  for (const _ of [1, 2]) await sides.cycle();
  expect(sides.client.usage().calls - calls).toBe(2);
  expect(sides.logged(personId, 'rejected')).toHaveLength(1);
});

test.each(WAYS)('a lookup that leads nowhere is a rejection of its field (%s)', async (_, pushOf) => {
  const sides = new TwoSides();
  sides.control('fields', { object: 'Lead', name: 'Partner__c', type: 'reference', referenceTo: ['Account'] });
  const { personId, salesforce } = await sides.linkedPerson();
  sides.clock.advance(60_000);
  await sides.edit(personId, { Partner__c: '001000000000zzzAAA', City: 'London' });
  await pushOf(sides, personId);
  expect(sides.record('Lead', salesforce?.id ?? '').City).toBe('London');
  expect(sides.person(personId)).toMatchObject({
    pending: { Partner__c: null },
    rejection: { code: 'INVALID_CROSS_REFERENCE_KEY', fields: ['Partner__c'] },
  });
});

describe('a new Lead', () => {
  const NEW = { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'C' };

  test('is made without a value that is refused by name and that it may go without: the value waits, and is told', async () => {
    const sides = new TwoSides();
    sides.control('validation-rules', {
      object: 'Lead',
      name: 'NoBob',
      errorWhen: "Title = 'Bob'",
      message: 'No Bob',
      field: 'Title',
    });
    const { personId } = await sides.create({ ...NEW, Title: 'Bob', Phone: '1'.repeat(41), City: 'London' });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
    const { salesforce, rejection, pending } = sides.person(personId);
    expect(sides.record('Lead', salesforce?.id ?? '')).toMatchObject({ City: 'London', Title: null, Phone: null });
    expect(rejection?.fields.toSorted()).toEqual(['Phone', 'Title']);
    expect(pending).toEqual({ Title: null, Phone: null });
    const calls = sides.client.usage().calls;
    await sides.cycle();
    expect(sides.client.usage().calls - calls).toBe(1);
  });

  test('that is refused without it, too, is told with both refusals, each once', async () => {
    const sides = new TwoSides();
    const rule = { object: 'Lead', name: 'NoBob', errorWhen: "Title = 'Bob'", message: 'No Bob', field: 'Title' };
    sides.control('validation-rules', rule);
    const whole = { statusCode: 'FIELD_FILTER_VALIDATION_EXCEPTION', message: 'filtered', fields: [] };
    sides.control('faults', { kind: 'recordError', object: 'Lead', when: "Title = ''", ...whole });
    const { personId } = await sides.create({ ...NEW, Title: 'Bob' });
    for (let asked = 0; asked < 2; asked += 1) {
      expect(await sides.sync(personId)).toMatchObject({ kind: 'rejected', rejection: { code: whole.statusCode } });
      expect(sides.logged(personId, 'rejected').map(({ detail }) => detail.code)).toEqual([
        'FIELD_CUSTOM_VALIDATION_EXCEPTION',
        whole.statusCode,
      ]);
    }
    expect(sides.count('Lead')).toBe(0);
  });

  test('is not made without a value that it needs', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create({ ...NEW, Company: 'C'.repeat(256) });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'rejected', rejection: { fields: ['Company'] } });
    expect(sides.count('Lead')).toBe(0);
  });
});
