import { expect, test } from 'vitest';
import { TwoSides } from './two-sides.ts';

const BOUNCE = { EmailBouncedReason: '550 no such user', EmailBouncedDate: '2026-11-20T10:00:00.000Z' };
const ADA = { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Analytical Engines' };

// As describes of real orgs have it, bounce fields of a Lead are updateable and not createable:
// https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm
test('a field that can be edited and not set on creation is taken for a person without a record, and goes out after it', async () => {
  const sides = new TwoSides();
  const { fields } = sides.admin('GET', '/sobjects/Lead/describe') as {
    readonly fields: readonly { readonly name: string; readonly createable: boolean; readonly updateable: boolean }[];
  };
  for (const name of Object.keys(BOUNCE)) {
    expect(fields.find((field) => field.name === name)).toMatchObject({ createable: false, updateable: true });
  }
  const { personId } = await sides.create({ ...ADA, ...BOUNCE });
  expect(sides.person(personId).fields).toMatchObject(BOUNCE);
  expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
  const id = sides.person(personId).salesforce?.id ?? '';
  sides.clock.advance(300_000);
  await sides.cycle();
  sides.clock.advance(300_000);
  await sides.cycle();
  const record = sides.record('Lead', id);
  expect(record.EmailBouncedReason).toBe(BOUNCE.EmailBouncedReason);
  expect(new Date(String(record.EmailBouncedDate)).toISOString()).toBe(BOUNCE.EmailBouncedDate);
  expect(sides.person(personId)).toMatchObject({ pending: {}, rejection: null, fields: BOUNCE });
  expect(sides.count('Lead')).toBe(1);
});
