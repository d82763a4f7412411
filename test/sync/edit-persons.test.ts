import { describe, expect, test } from 'vitest';
import { loadSchemas } from '../../lib/sync/context/schemas.ts';
import { createOrEditByEmail, editFields, personsWithEmail } from '../../lib/sync/persons/edit-persons.ts';
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

  test('is told all that is wrong with it at once', async () => {
    const sides = await twoSides();
    const outcome = await createOrEditByEmail(sides.ports, { LastName: 5, Nickname: 'Ada' });
    const problems = outcome.kind === 'invalidFields' ? outcome.problems : [];
    expect(problems.map(({ field }) => field)).toEqual(['Email', 'LastName', 'Nickname']);
  });

  test('is kept before anybody has described Salesforce, and judged when it is synced', async () => {
    const sides = new TwoSides();
    sides.control('fields', { object: 'Lead', name: 'Level__c', type: 'number', length: 3 });
    const edits = { ...ADA, Email: ' Ada@Example.com', Level__c: 'high', Other__c: 'x' };
    const made = await createOrEditByEmail(sides.ports, edits);
    if (made.kind !== 'created') throw new Error(made.kind);
    expect(made.person.fields).toEqual({ ...edits, Email: ADA.Email });
    expect(await sides.sync(made.person.personId)).toMatchObject({
      kind: 'synced',
      outcome: 'created',
      person: { rejection: { fields: ['Level__c'] } },
    });
    await sides.edit(made.person.personId, { Level__c: 7 });
    expect(await sides.sync(made.person.personId)).toMatchObject({ kind: 'synced', pushed: ['Level__c'] });
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

describe('an edit of a field that the record has no place for', () => {
  async function contact(sides: TwoSides) {
    const { personId } = await sides.create(ADA);
    sides.insert('Contact', { LastName: ADA.LastName, Email: ADA.Email });
    await sides.cycle();
    expect(sides.person(personId).salesforce?.type).toBe('Contact');
    return personId;
  }

  test('is kept, named, and waits for nothing', async () => {
    const sides = await twoSides();
    const personId = await contact(sides);
    const outcome = await createOrEditByEmail(sides.ports, { ...ADA, Company: 'Engines Ltd.', Title: 'Countess' });
    expect(outcome).toMatchObject({
      kind: 'updated',
      notSynced: [{ field: 'Company', why: 'a Contact has no such field' }],
      person: { personId, fields: { Company: 'Engines Ltd.' }, pending: { Title: null } },
    });
    await sides.cycle();
    expect(sides.person(personId)).toMatchObject({
      pending: {},
      fields: { Company: 'Engines Ltd.', Title: 'Countess' },
    });
    expect(await editFields(sides.ports, personId, { Birthdate: '1815-12-10' })).toMatchObject({ notSynced: [] });
  });

  test('goes out once the person has a record that has it', async () => {
    const sides = await twoSides();
    const made = await createOrEditByEmail(sides.ports, { ...ADA, Birthdate: '1815-12-10' });
    expect(made).toMatchObject({ kind: 'created', notSynced: [{ field: 'Birthdate' }] });
    const id = sides.insert('Contact', { LastName: ADA.LastName, Email: ADA.Email });
    await sides.cycle();
    await sides.cycle();
    expect(sides.record('Contact', id).Birthdate).toBe('1815-12-10');
  });
});

test('after a sync both sides hold the same bytes', async () => {
  const sides = new TwoSides();
  sides.control('fields', { object: 'Lead', name: 'Tags__c', type: 'multipicklist', values: ['Chess', 'Golf', 'Art'] });
  sides.control('fields', { object: 'Lead', name: 'Seen__c', type: 'datetime' });
  await loadSchemas(sides.ports);
  const typed = {
    LastName: ' Lovelace ',
    Company: 'Engines\n',
    Email: ' ADA@Example.com',
    Tags__c: 'Art;Chess;Art',
    Seen__c: '2026-11-21T11:00:00.5+01:00',
    Title: ' ',
    AnnualRevenue: 0.125,
    DoNotCall: null,
  };
  const { personId } = await sides.create(typed);
  await sides.sync(personId);
  const { fields, salesforce } = sides.person(personId);
  const record = sides.record('Lead', salesforce?.id ?? '');
  for (const field of Object.keys(typed)) {
    const there = field === 'Seen__c' ? '2026-11-21T10:00:00.000Z' : (record[field] ?? null);
    expect([field, fields[field] ?? null]).toEqual([field, there]);
  }
});
