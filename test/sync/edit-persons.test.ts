import { describe, expect, test } from 'vitest';
import { createOrEditByEmail, editFields, personsWithEmail } from '../../lib/sync/edit-persons.ts';
import { loadSchemas } from '../../lib/sync/schemas.ts';
import { TwoSides } from './two-sides.ts';

const ADA = { LastName: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@example.com' };

async function twoSides(): Promise<TwoSides> {
  const sides = new TwoSides();
  await loadSchemas(sides.ports);
  return sides;
}

describe('a person made by email', () => {
  test('is made once, however many ask at once', async () => {
    const sides = await twoSides();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => createOrEditByEmail(sides.ports, ADA)));
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(sides.persons.all()).toHaveLength(1);
  });

  test('is made under the claimed id where the maker of the claim died', async () => {
    const sides = await twoSides();
    await sides.persons.claimEmail(ADA.Email, 'claimed');
    await createOrEditByEmail(sides.ports, ADA);
    expect(sides.persons.all().map(({ personId }) => personId)).toEqual(['claimed']);
  });

  test.each([' ada@example.com', 'ADA@example.com '])('is found again by "%s"', async (email) => {
    const sides = await twoSides();
    for (const each of [email, email, ADA.Email]) await createOrEditByEmail(sides.ports, { ...ADA, Email: each });
    expect(sides.persons.all()).toHaveLength(1);
    expect(await personsWithEmail(sides.ports, email)).toHaveLength(1);
  });

  test('needs an email, and fields that there are', async () => {
    const sides = await twoSides();
    const nameless = await createOrEditByEmail(sides.ports, { LastName: 'Lovelace' });
    expect(nameless).toEqual({ kind: 'invalidFields', problems: [{ field: 'Email', reason: 'is required' }] });
    const unknown = await createOrEditByEmail(sides.ports, { ...ADA, constructor: 'x' });
    expect(unknown).toMatchObject({ kind: 'invalidFields', problems: [{ field: 'constructor' }] });
    expect(sides.persons.all()).toEqual([]);
  });

  test('is not made before anybody has described Salesforce', async () => {
    expect(await createOrEditByEmail(new TwoSides().ports, ADA)).toEqual({ kind: 'schemaUnknown' });
    expect(await editFields(new TwoSides().ports, 'p1', {})).toEqual({ kind: 'schemaUnknown' });
  });
});

describe('an email changed by an edit', () => {
  test('is claimed, so that a row with it is linked', async () => {
    const sides = await twoSides();
    const { personId } = await sides.create(ADA);
    await sides.edit(personId, { Email: 'countess@example.com' });
    const id = sides.insert('Lead', { ...ADA, Email: 'countess@example.com' });
    await sides.cycle();
    expect(sides.personOf(id).personId).toBe(personId);
  });

  test('is claimed from a person who has another one by now', async () => {
    const sides = await twoSides();
    const first = await sides.create(ADA);
    const second = await sides.create({ ...ADA, Email: 'charles@example.com' });
    await sides.edit(first.personId, { Email: 'countess@example.com' });
    await sides.edit(second.personId, { Email: ADA.Email });
    const id = sides.insert('Lead', ADA);
    await sides.cycle();
    expect(sides.personOf(id).personId).toBe(second.personId);
  });

  test('leaves the old one free for somebody new', async () => {
    const sides = await twoSides();
    const first = await sides.create(ADA);
    await sides.edit(first.personId, { Email: 'countess@example.com' });
    const second = await sides.create(ADA);
    expect(second.personId).not.toBe(first.personId);
  });
});

describe('an edit', () => {
  test('of nobody, and of another version, says so', async () => {
    const sides = await twoSides();
    expect(await editFields(sides.ports, 'nobody', { Title: 'CTO' })).toEqual({ kind: 'notFound' });
    const { personId } = await sides.create(ADA);
    const outcome = await editFields(sides.ports, personId, { Title: 'CTO' }, 7);
    expect(outcome).toEqual({ kind: 'versionMismatch', version: 1 });
  });

  test('that changes nothing writes nothing', async () => {
    const sides = await twoSides();
    const { personId } = await sides.create(ADA);
    expect((await sides.edit(personId, ADA)).version).toBe(1);
  });

  test('survives others who edit at the same time', async () => {
    const sides = await twoSides();
    const { personId } = await sides.create(ADA);
    const edits = ['Title', 'City', 'Phone', 'Fax', 'Street'].map((field) => sides.edit(personId, { [field]: 'x' }));
    await Promise.all(edits);
    expect(sides.person(personId)).toMatchObject({ version: 6, fields: { Title: 'x', Street: 'x' } });
  });
});
