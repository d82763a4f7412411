import { expect, test } from 'vitest';
import { isLeased } from '../../lib/person/person.ts';
import { packIds } from '../../lib/sync/change-message.ts';
import { ItemTooLargeError } from '../../lib/sync/errors.ts';
import type { PersonStore } from '../../lib/sync/ports/person-store.ts';
import { deletePersonHere } from '../../lib/sync/sync-person/delete-person.ts';
import { erasePersonHere } from '../../lib/sync/sync-person/erase-person.ts';
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

/** The sides with a store in which a lease that records long notes does not fit, and some updates neither. */
function withoutRoomForLeases(fits: (...update: Parameters<PersonStore['update']>) => boolean = () => true) {
  const sides = new TwoSides();
  const refuse = (): never => {
    throw new ItemTooLargeError('Item size to update has exceeded the maximum allowed size');
  };
  const persons = storeWith(sides.persons, {
    takeLease: async (stored, lease, now) =>
      lease.attempt.Description === LONG ? refuse() : sides.persons.takeLease(stored, lease, now),
    update: async (...given) => (fits(...given) ? sides.persons.update(...given) : refuse()),
  });
  return { sides, persons };
}

/** A person in step whose edit leaves no room for a lease, and a person with a short edit. */
async function longAndShort(sides: TwoSides): Promise<{ readonly long: string; readonly short: string }> {
  const [{ personId: long }, { personId: short }] = [await sides.linkedPerson(), await sides.linkedPerson()];
  await sides.edit(long, { Description: LONG });
  await sides.edit(short, { Description: 'short' });
  return { long, short };
}

const TOO_LARGE = { code: 'PERSON_TOO_LARGE', fields: [] };

test.each([false, true])('a person too large for the lease of a push is parked, told once (mass: %s)', async (mass) => {
  const { sides, persons } = withoutRoomForLeases();
  const { long, short } = await longAndShort(sides);
  await sides.queue.send([
    ...packIds({ kind: 'pending', queuedAt: sides.clock.now(), ...(mass && { mass }) }, [long, short]),
  ]);
  const push = { pushed: 1, rejected: 1, rejections: [{ personId: long, code: TOO_LARGE.code }], error: null };
  expect(await sides.merge({ persons })).toMatchObject({ retry: [], error: null, push });
  expect(sides.person(short)).toMatchObject({ pending: {}, rejection: null });
  expect(sides.person(long)).toMatchObject({ lease: null, rejection: TOO_LARGE, fields: { Description: LONG } });
  await sides.poll();
  expect(await sides.merge({ persons })).toMatchObject({ retry: [], push: { rejected: 0, error: null } });
  expect(sides.logged(long, 'rejected')).toMatchObject([{ detail: TOO_LARGE }]);
  await sides.edit(long, { Description: 'short as well' });
  await sides.poll();
  expect(await sides.merge({ persons })).toMatchObject({ push: { pushed: 1, error: null } });
  expect(sides.person(long)).toMatchObject({ pending: {}, rejection: null });
});

test('without room for the activity, a person is parked by the rejection alone', async () => {
  const { sides, persons } = withoutRoomForLeases((stored, next) => stored.log.next === next.log.next);
  const { long, short } = await longAndShort(sides);
  await sides.queue.send([...packIds({ kind: 'pending', queuedAt: sides.clock.now() }, [long])]);
  expect(await sides.merge({ persons })).toMatchObject({ retry: [], push: { error: null } });
  expect(sides.person(long)).toMatchObject({ lease: null, rejection: TOO_LARGE });
  expect(sides.logged(long, 'rejected')).toEqual([]);
  expect(sides.person(short).pending).toHaveProperty('Description');
});

test('without room for the rejection, the merge reports the person and pushes the others', async () => {
  const { sides, persons } = withoutRoomForLeases((_, next) => next.rejection === null);
  const { long, short } = await longAndShort(sides);
  await sides.poll();
  const { retry, push } = await sides.merge({ persons });
  expect({ retry, push }).toMatchObject({ retry: [], push: { pushed: 1, postponed: 1, failed: [long] } });
  expect(push.error).toBeInstanceOf(ItemTooLargeError);
  expect(sides.person(short).pending).toEqual({});
});

test('a sync by hand of a person too large for the lease answers with the rejection and sends nothing', async () => {
  const { sides, persons } = withoutRoomForLeases();
  const { long } = await longAndShort(sides);
  const { personId: unlinked } = await sides.create({
    Email: 'a@x.org',
    LastName: 'L',
    Company: 'C',
    Description: LONG,
  });
  const leads = sides.count('Lead');
  for (const personId of [long, unlinked, long, unlinked]) {
    expect(await sides.sync(personId, undefined, { persons })).toMatchObject({
      kind: 'rejected',
      rejection: TOO_LARGE,
    });
    expect(sides.person(personId)).toMatchObject({ lease: null, rejection: TOO_LARGE });
    expect(sides.logged(personId, 'rejected')).toHaveLength(1);
  }
  expect(sides.count('Lead')).toBe(leads);
  expect(sides.record('Lead', sides.person(long).salesforce?.id ?? '').Description ?? null).toBeNull();
});

test('a person too large for the lease can be deleted and erased: a deletion sends no values', async () => {
  const { sides, persons } = withoutRoomForLeases();
  const { long } = await longAndShort(sides);
  expect(await deletePersonHere({ ...sides.ports, persons }, long, 'delete')).toEqual({ kind: 'deleted' });
  expect(await erasePersonHere({ ...sides.ports, persons }, long, 'keep')).toEqual({ kind: 'deleted' });
  expect(sides.person(long)).toMatchObject({ erased: true, fields: {} });
});

test('a value read during a sync by hand may leave no room for the lease: the person is parked and free', async () => {
  const { sides, persons } = withoutRoomForLeases();
  const { personId, salesforce } = await sides.linkedPerson();
  const more = storeWith(persons, {
    takeLease: async (stored, lease, now) => {
      const outcome = await persons.takeLease(stored, lease, now);
      // Edited just after the lease was taken.
      if (lease.attempt.Title === 'Countess' && stored.fields.Description !== LONG)
        await sides.edit(personId, { Description: LONG });
      return outcome;
    },
  });
  await sides.edit(personId, { Title: 'Countess' });
  sides.update('Lead', salesforce?.id ?? '', { Phone: '1' });
  const outcome = await sides.sync(personId, undefined, { persons: more });
  expect(outcome).toMatchObject({ kind: 'rejected', rejection: TOO_LARGE });
  expect(sides.person(personId)).toMatchObject({ rejection: TOO_LARGE, pending: { Title: null, Description: null } });
  expect(isLeased(sides.person(personId), sides.clock.now())).toBe(false);
});

test('a row too large for the person, read by a sync by hand, is answered with the rejection', async () => {
  const { sides, persons } = withSmallStore();
  const { personId, salesforce } = await sides.linkedPerson();
  sides.update('Lead', salesforce?.id ?? '', { Description: LONG });
  expect(await sides.sync(personId, undefined, { persons })).toMatchObject({ kind: 'rejected', rejection: TOO_LARGE });
  expect(sides.person(personId)).toMatchObject({ lease: null, rejection: TOO_LARGE });
});
