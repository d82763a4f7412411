import { describe, expect, test } from 'vitest';
import { saveBatch } from '../../lib/lambda/save-batch.ts';
import { loadSchemas } from '../../lib/sync/context/schemas.ts';
import { storeWith } from '../sync/store-with.ts';
import { TwoSides } from '../sync/two-sides.ts';

interface Result {
  readonly status: number;
  readonly personId: string | null;
  readonly problem?: { readonly type: string; readonly detail: string };
}

const ADA = { LastName: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@example.com' };

async function described(): Promise<TwoSides> {
  const sides = new TwoSides();
  await loadSchemas(sides.ports);
  return sides;
}

async function save(ports: TwoSides['ports'], persons: unknown): Promise<readonly Result[]> {
  const request = { path: {}, query: {}, headers: {}, body: { persons } };
  return ((await saveBatch(ports, request)).body as { readonly results: readonly Result[] }).results;
}

describe('a batch', () => {
  test('saves each person and answers in the order asked', async () => {
    const sides = await described();
    const known = await sides.create(ADA);
    const emails = Array.from({ length: 40 }, (_, n) => `person${n}@example.com`);
    const results = await save(sides.ports, [
      { fields: { ...ADA, Title: 'Countess' } },
      ...emails.map((Email) => ({ fields: { Email, LastName: Email } })),
    ]);
    expect(results[0]).toEqual({ status: 200, personId: known.personId });
    expect(results.slice(1).map(({ status }) => status)).toEqual(emails.map(() => 201));
    expect(results.slice(1).map(({ personId }) => sides.person(personId ?? '').fields.Email)).toEqual(emails);
  });

  test('names what is wrong with one person, and saves the others', async () => {
    const sides = await described();
    const [wrong, missing, odd, right] = await save(sides.ports, [
      { fields: { ...ADA, Nickname: 'Ada' } },
      { fields: { LastName: 'Nobody' } },
      'text',
      { fields: ADA },
    ]);
    expect(wrong).toMatchObject({ status: 400, personId: null, problem: { type: '/problems/invalid-fields' } });
    expect(wrong?.problem?.detail).toContain('Nickname');
    expect(missing?.problem?.detail).toContain('Email');
    expect(odd).toMatchObject({ status: 400, problem: { type: '/problems/invalid-body' } });
    expect(right?.status).toBe(201);
    expect(sides.persons.all()).toHaveLength(1);
  });

  test('saves persons with one email one after the other, as one person', async () => {
    const sides = await described();
    const titles = ['first', 'second', 'third'];
    const results = await save(
      sides.ports,
      titles.map((Title, n) => ({ fields: { ...ADA, Title, Email: n === 1 ? ' ADA@example.com' : ADA.Email } })),
    );
    expect(results.map(({ status }) => status)).toEqual([201, 200, 200]);
    expect(sides.persons.all()).toMatchObject([{ fields: { Title: 'third' } }]);
  });

  test('says which person was not saved where the store fails on it', async () => {
    const sides = await described();
    const persons = storeWith(sides.persons, {
      create: (person) =>
        person.fields.LastName === 'Bad' ? Promise.reject(new Error('broken')) : sides.persons.create(person),
    });
    const results = await save({ ...sides.ports, persons }, [
      { fields: { ...ADA, LastName: 'Bad' } },
      { fields: { ...ADA, Email: 'bob@example.com' } },
    ]);
    expect(results.map(({ status }) => status)).toEqual([500, 201]);
  });

  test('of more than 500 is refused', async () => {
    const sides = await described();
    const persons = Array.from({ length: 501 }, () => ({ fields: ADA }));
    await expect(save(sides.ports, persons)).rejects.toMatchObject({ problem: 'invalid-body' });
  });
});
