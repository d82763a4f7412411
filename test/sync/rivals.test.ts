import { describe, expect, it, test } from 'vitest';
import { editPerson, personOfRow } from '../../lib/person/edit-person.ts';
import type { Fields } from '../../lib/person/field-value.ts';
import { type Lease, type Person, personIdOfRow } from '../../lib/person/person.ts';
import type { Row } from '../../lib/person/row.ts';
import type { PersonStore } from '../../lib/sync/ports/person-store.ts';
import { resolvePersons } from '../../lib/sync/rows/resolve-persons.ts';
import { joinRival, rivalsOf } from '../../lib/sync/rows/rivals.ts';
import { survivorsOf } from '../../lib/sync/rows/survivors.ts';
import { FixedClock } from '../fakes/fixed-clock.ts';
import { InMemoryChangeQueue } from '../fakes/in-memory-change-queue.ts';
import { InMemoryPersonStore } from '../fakes/in-memory-person-store.ts';
import { aLink, aPerson, aRow, LEAD_ID, NOW, OTHER_LEAD_ID, SHAPES, STAMP, someRules } from '../person/builders.ts';
import { schemaOf } from '../schema/builders.ts';
import { storeWith } from './store-with.ts';

const SOON = '2026-11-21T10:06:00.000Z';
const LEASE: Lease = { owner: 'worker', expiresAt: SOON, attempt: {} };
const ELSEWHERE = aLink({ id: OTHER_LEAD_ID });

const rulesOf = (type: 'Lead' | 'Contact') => ({ schema: schemaOf(type, []), rules: someRules(), columns: [] });
const schemas = { Lead: rulesOf('Lead'), Contact: rulesOf('Contact') };
const clock = new FixedClock(NOW);
const queue = new InMemoryChangeQueue();
const row = aRow({});

async function storeOf(...persons: readonly Person[]): Promise<InMemoryPersonStore> {
  const store = new InMemoryPersonStore();
  for (const person of persons) await store.create(person);
  return store;
}

/** Somebody edits the person as it is stored now. */
async function edit(store: PersonStore, personId: string, fields: Fields, at = NOW): Promise<void> {
  const stored = await store.get(personId);
  if (stored === undefined) throw new Error(`no person ${personId}`);
  const { kind } = await store.update(stored, editPerson(stored, fields, SHAPES, at));
  expect(kind).toBe('written');
}

/** The store, where something happens right before one of its updates, counted from 1. */
function meddled(store: InMemoryPersonStore, at: number, meddle: () => Promise<void>): PersonStore {
  let updates = 0;
  return storeWith(store, {
    update: async (stored, next) => {
      updates += 1;
      if (updates === at) await meddle();
      return store.update(stored, next);
    },
  });
}

function stored(store: InMemoryPersonStore, personId: string): Person {
  const person = store.peek(personId);
  if (person === undefined) throw new Error(`no person ${personId}`);
  return person;
}

/** All whom a row leads to when it is met, by id: its person, and who is to be made one with that. */
async function leadsTo(store: PersonStore, met: Row): Promise<readonly string[]> {
  const owner = (await resolvePersons(store, [met])).get(met.id);
  return owner === undefined ? [] : [owner.personId, ...owner.unjoined.map(({ personId }) => personId)].sort(byText);
}

const byText = (left: string, right: string) => left.localeCompare(right);

function join(persons: PersonStore, person: Person) {
  return joinRival({ persons, clock, queue }, schemas, { person, row, insteadOf: 'p2' });
}

describe('rivals', () => {
  const person = aPerson();
  const idsOf = (persons: readonly Person[]) => persons.map(({ personId }) => personId);

  const ways = [
    { by: 'the link of the row', rivalId: 'p2', links: 'p2', row, insteadOf: undefined },
    {
      by: 'the id that the row carries',
      rivalId: 'p2',
      links: 'p1',
      row: aRow({}, { personId: 'p2' }),
      insteadOf: undefined,
    },
    { by: 'the one that was replaced', rivalId: 'p2', links: 'p1', row, insteadOf: 'p2' },
    { by: 'the id derived from the row', rivalId: personIdOfRow(LEAD_ID), links: 'p1', row, insteadOf: undefined },
  ];

  it.each(ways)('that stand for the row are found by $by', async ({ rivalId, links, row, insteadOf }) => {
    const persons = await storeOf(person, aPerson({ personId: rivalId }));
    await persons.linkRow(row.id, links);
    const { standing, coming } = await rivalsOf({ persons, clock }, { person, row, insteadOf });
    expect(idsOf(standing)).toEqual([rivalId]);
    expect(coming).toBe(false);
  });

  it('are found once, however many ways lead to them, and all of them', async () => {
    const derived = personIdOfRow(LEAD_ID);
    const persons = await storeOf(person, aPerson({ personId: 'p2' }), aPerson({ personId: derived }));
    await persons.linkRow(LEAD_ID, 'p2');
    const taken = { person, row: aRow({}, { personId: 'p2' }), insteadOf: 'p2' };
    expect(idsOf((await rivalsOf({ persons, clock }, taken)).standing).toSorted()).toEqual(['p2', derived]);
  });

  it.each([
    ['the person itself', person],
    ['whoever has become a part of another', aPerson({ personId: 'p2', mergedInto: 'p1', salesforce: null })],
    ['whoever has another row', aPerson({ personId: 'p2', salesforce: ELSEWHERE })],
    ['whoever has no row', aPerson({ personId: 'p2', salesforce: null })],
    ['somebody to whom nothing leads', aPerson({ personId: 'p3' })],
  ])('are not %s', async (_, other) => {
    const persons = await storeOf(person, ...(other === person ? [] : [other]));
    await persons.linkRow(LEAD_ID, other.personId === 'p3' ? 'p1' : other.personId);
    expect(await rivalsOf({ persons, clock }, { person, row, insteadOf: undefined })).toMatchObject({
      standing: [],
      coming: false,
    });
  });

  it.each([
    { whom: 'linked, leased and not there yet', linked: true, expiresAt: SOON, salesforce: null, coming: true },
    { whom: 'linked and leased, with another row', linked: true, expiresAt: SOON, salesforce: ELSEWHERE, coming: true },
    { whom: 'linked, its lease run out', linked: true, expiresAt: NOW, salesforce: null, coming: false },
    { whom: 'linked, leased and there', linked: true, expiresAt: SOON, salesforce: aLink(), coming: false },
    { whom: 'leased, the link another', linked: false, expiresAt: SOON, salesforce: null, coming: false },
  ])('may be on their way: $whom is $coming', async ({ linked, expiresAt, salesforce, coming }) => {
    const persons = await storeOf(person, aPerson({ personId: 'p2', salesforce, lease: { ...LEASE, expiresAt } }));
    await persons.linkRow(LEAD_ID, linked ? 'p2' : 'p1');
    expect((await rivalsOf({ persons, clock }, { person, row, insteadOf: 'p2' })).coming).toBe(coming);
  });
});

const one = aPerson({ personId: 'p1', fields: { Title: 'Countess' } });
const other = editPerson(aPerson({ personId: 'p2' }), { Score__c: 7 }, SHAPES, STAMP);
const newborn = personOfRow(row, NOW);

test('without a rival the person stays as it is, and nothing is written', async () => {
  const persons = await storeOf(one);
  expect(await join(persons, one)).toEqual({ kind: 'stays', person: one });
  expect(persons.all()).toEqual([one]);
});

test('whichever of the two asks, the same one stays', async () => {
  const asked = [await storeOf(one, other), await storeOf(one, other)] as const;
  const [staying, leaving] = [
    await joinRival({ persons: asked[0], clock, queue }, schemas, { person: one, row, insteadOf: 'p2' }),
    await joinRival({ persons: asked[1], clock, queue }, schemas, { person: other, row, insteadOf: 'p1' }),
  ];
  expect(staying).toEqual({ kind: 'stays', person: stored(asked[0], 'p1') });
  expect(leaving).toEqual({ kind: 'merged', into: 'p1' });
  for (const persons of asked) expect(stored(persons, 'p2')).toMatchObject({ mergedInto: 'p1', salesforce: null });
});

test('who stays takes over what waited in the other, once, and keeps its lease', async () => {
  const leased = { ...one, lease: LEASE };
  const persons = await storeOf(leased, other);
  const joined = await join(persons, leased);
  const end = stored(persons, 'p1');
  expect(joined).toEqual({ kind: 'stays', person: end });
  expect(end).toMatchObject({ fields: { Title: 'Countess', Score__c: 7 }, pending: { Score__c: null }, lease: LEASE });
  expect(end.absorbed).toEqual(['p2']);
  expect(end.log.recent.map(({ type }) => type)).toEqual(['fieldsChanged', 'merged']);
  expect(await join(persons, end)).toEqual({ kind: 'stays', person: end });
});

test('a person made of the row a moment ago gives way, whoever asks; the row still leads to what it held', async () => {
  const asksNewborn = await storeOf(newborn, other);
  expect(await join(asksNewborn, newborn)).toEqual({ kind: 'merged', into: 'p2' });
  await asksNewborn.linkRow(LEAD_ID, 'p2');
  expect(await leadsTo(asksNewborn, row)).toEqual(['p2', newborn.personId]);

  const asksOther = await storeOf(newborn, other);
  const joined = await joinRival({ persons: asksOther, clock, queue }, schemas, {
    person: other,
    row,
    insteadOf: undefined,
  });
  expect(joined).toMatchObject({ kind: 'stays', person: { personId: 'p2', absorbed: [newborn.personId] } });
});

test('of several rivals one is joined, and whoever asks again finds the next', async () => {
  const persons = await storeOf(one, other, newborn);
  expect(await join(persons, one)).toEqual({ kind: 'stays', person: stored(persons, 'p1') });
  expect(stored(persons, 'p1').absorbed).toEqual(['p2']);
  expect(await join(persons, stored(persons, 'p1'))).toEqual({ kind: 'stays', person: stored(persons, 'p1') });
  expect(stored(persons, 'p1').absorbed).toEqual(['p2', newborn.personId]);
});

describe('what others edit in between is not lost', () => {
  const moments = [
    { moment: 'of the rival, before it gives way', update: 1, personId: 'p2' },
    { moment: 'of the person, before the rival gives way', update: 1, personId: 'p1' },
    { moment: 'of the person, before it takes the rival over', update: 2, personId: 'p1' },
  ];

  it.each(moments)('$moment', async ({ update, personId }) => {
    const persons = await storeOf(one, other);
    const joined = await join(
      meddled(persons, update, () => edit(persons, personId, { Interests__c: 'Chess' })),
      one,
    );
    const end = stored(persons, 'p1');
    expect(joined).toEqual({ kind: 'stays', person: end });
    expect(end.fields).toEqual({ Title: 'Countess', Score__c: 7, Interests__c: 'Chess' });
    expect(Object.keys(end.pending).toSorted()).toEqual(['Interests__c', 'Score__c']);
    expect(stored(persons, 'p2').mergedInto).toBe('p1');
  });

  it('of the person who gives way itself', async () => {
    const persons = await storeOf(one, other);
    const meddling = meddled(persons, 1, () => edit(persons, 'p2', { Interests__c: 'Chess' }));
    const taken = { person: other, row, insteadOf: 'p1' };
    expect(await joinRival({ persons: meddling, clock, queue }, schemas, taken)).toEqual({
      kind: 'merged',
      into: 'p1',
    });
    expect(stored(persons, 'p2')).toMatchObject({
      mergedInto: 'p1',
      fields: { Score__c: 7, Interests__c: 'Chess' },
      pending: { Score__c: null, Interests__c: null },
    });
  });
});

test('who becomes a part of a third meanwhile goes with that one, and the rival stands', async () => {
  const persons = await storeOf(one, newborn, aPerson({ personId: 'p0', salesforce: ELSEWHERE }));
  // Edited before: the newborn is one no more, and the conflict of the first try sends the person to look at itself.
  const meddle = async () => {
    await edit(persons, newborn.personId, { Score__c: 1 });
    await persons.update(one, { ...one, mergedInto: 'p0', salesforce: null });
  };
  expect(await join(meddled(persons, 1, meddle), one)).toEqual({ kind: 'merged', into: 'p0' });
  expect(stored(persons, newborn.personId)).toMatchObject({ mergedInto: null, pending: { Score__c: null } });
});

test('who becomes a part of a third once the rival gave way leaves that to the third, by way of itself', async () => {
  const persons = await storeOf(one, other, aPerson({ personId: 'p0', salesforce: ELSEWHERE }));
  const meddle = async () => {
    await persons.update(one, { ...one, mergedInto: 'p0', salesforce: null });
  };
  expect(await join(meddled(persons, 2, meddle), one)).toEqual({ kind: 'stays', person: one });
  const survivor = (await survivorsOf(persons, [stored(persons, 'p2')])).get('p2');
  expect(survivor?.person.personId).toBe('p0');
  expect(survivor?.unabsorbed.map(({ personId }) => personId)).toEqual(['p2', 'p1']);
  expect(stored(persons, 'p2').pending).toEqual({ Score__c: null });
});

test('two who come to one row and ask at once become one, with the edits of both', async () => {
  const mine = editPerson(one, { Interests__c: 'Chess' }, SHAPES, STAMP);
  const persons = await storeOf(mine, other);
  const ends = await Promise.all([
    joinRival({ persons, clock, queue }, schemas, { person: mine, row, insteadOf: 'p2' }),
    joinRival({ persons, clock, queue }, schemas, { person: other, row, insteadOf: 'p1' }),
  ]);
  expect(ends.map(({ kind }) => kind).toSorted()).toEqual(['merged', 'stays']);
  const [left, ...more] = persons.all().filter(({ mergedInto }) => mergedInto === null);
  expect(more).toEqual([]);
  expect(left?.personId).toBe('p1');
  const parts = persons.all().flatMap(({ mergedInto, pending }) => (mergedInto === 'p1' ? Object.keys(pending) : []));
  expect(parts).toEqual(['Score__c']);
  expect(left?.pending).toHaveProperty('Interests__c');
});

test('overtaken on every try, both stand as they are, and the row leads to both of them', async () => {
  const derived = personIdOfRow(LEAD_ID);
  const persons = await storeOf(one, { ...other, personId: derived });
  let edits = 0;
  const busy = storeWith(persons, {
    update: async (before, next) => {
      edits += 1;
      await edit(persons, derived, { Score__c: edits });
      return persons.update(before, next);
    },
  });
  expect(await join(busy, one)).toEqual({ kind: 'stays', person: one });
  expect(edits).toBe(8);
  expect(stored(persons, derived)).toMatchObject({ mergedInto: null, fields: { Score__c: 8 } });
  expect(await leadsTo(persons, aRow({}, { personId: 'p1' }))).toEqual(['p1', derived]);
});
