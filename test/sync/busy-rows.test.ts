import { describe, expect, test } from 'vitest';
import type { Person } from '../../lib/person/person.ts';
import { TransientError } from '../../lib/sync/errors.ts';
import { addMs } from '../../lib/sync/instants.ts';
import { storeWith } from './store-with.ts';
import { LEASE_MS, TwoSides } from './two-sides.ts';

/** Persons in step, whose rows then change without the feed telling, and the message that names their rows. */
async function drifted(count: number) {
  const sides = new TwoSides();
  const persons: Person[] = [];
  for (let n = 0; n < count; n += 1) persons.push(await sides.linkedPerson());
  const ids = persons.map(({ salesforce }) => salesforce?.id ?? '');
  for (const id of ids) sides.update('Lead', id, { Title: 'Countess' });
  const message = { kind: 'refresh', type: 'Lead', queuedAt: sides.clock.now(), known: true, ids };
  await sides.queue.send([JSON.stringify(message)]);
  const titles = () => persons.map(({ personId }) => sides.person(personId).fields.Title ?? null);
  return { sides, ids, personIds: persons.map(({ personId }) => personId), message, titles };
}

/** Somebody else works on the person, for as long as a lease lasts. */
async function makeBusy(sides: TwoSides, personId: string): Promise<void> {
  const now = sides.clock.now();
  const lease = { owner: 'another', expiresAt: addMs(now, LEASE_MS), attempt: {} };
  expect(await sides.persons.takeLease(sides.person(personId), lease, now)).toBe('taken');
}

const waiting = (sides: TwoSides): unknown[] => sides.queue.waiting.map((body) => JSON.parse(body));

describe('of rows to be read again', () => {
  test('those of busy persons leave the others behind, and come again together', async () => {
    const { sides, ids, personIds, message, titles } = await drifted(5);
    for (const at of [1, 3]) await makeBusy(sides, personIds[at] ?? '');
    expect(await sides.merge()).toMatchObject({ retry: [], error: { code: 'BUSY' } });
    expect(titles()).toEqual(['Countess', null, 'Countess', null, 'Countess']);
    expect(waiting(sides)).toEqual([{ ...message, ids: [ids[1], ids[3]] }]);
    const { calls } = sides.client.usage();
    expect(await sides.merge()).toMatchObject({ retry: [expect.any(String)] });
    expect(sides.client.usage().calls - calls).toBe(1);
    sides.clock.advance(LEASE_MS);
    expect(await sides.merge()).toMatchObject({ retry: [], error: null });
    expect(titles()).toEqual(Array.from({ length: 5 }, () => 'Countess'));
    expect(waiting(sides)).toEqual([]);
  });

  test('one that is gone, of a busy person, is named again as one that somebody knows, and that is known to be gone', async () => {
    const { sides, ids, personIds, message } = await drifted(2);
    sides.queue.take();
    await sides.queue.send([JSON.stringify({ ...message, gone: true })]);
    sides.control('hard-delete', { id: ids[0] });
    await makeBusy(sides, personIds[0] ?? '');
    expect(await sides.merge()).toMatchObject({ retry: [] });
    expect(waiting(sides)).toEqual([{ ...message, gone: true, ids: [ids[0]] }]);
    sides.clock.advance(LEASE_MS);
    await sides.merge();
    expect(sides.person(personIds[0] ?? '').salesforce?.isDeleted).toBe(true);
  });

  test('one that nobody has yet, and that cannot be stored now, comes again alone', async () => {
    const { sides, ids, message, titles } = await drifted(2);
    const added = sides.insert('Lead', { LastName: 'Hopper', Company: 'Navy' });
    sides.queue.take();
    await sides.queue.send([JSON.stringify({ ...message, ids: [...ids, added] })]);
    const persons = storeWith(sides.persons, {
      create: () => Promise.reject(new TransientError('Throttled', 'later')),
    });
    expect(await sides.merge({ persons })).toMatchObject({ retry: [], error: { code: 'Throttled' } });
    expect(titles()).toEqual(['Countess', 'Countess']);
    expect(waiting(sides)).toEqual([{ ...message, ids: [added] }]);
    await sides.merge();
    expect(sides.personOf(added).fields.LastName).toBe('Hopper');
  });

  test('those of an old message are named, and not copied', async () => {
    const { sides, ids, personIds, titles } = await drifted(3);
    sides.queue.take();
    await sides.poll();
    sides.clock.advance(LEASE_MS);
    await makeBusy(sides, personIds[2] ?? '');
    expect(await sides.merge()).toMatchObject({ retry: [] });
    expect(titles()).toEqual(['Countess', 'Countess', null]);
    expect(waiting(sides)).toMatchObject([{ kind: 'refresh', ids: [ids[2]] }]);
  });
});
