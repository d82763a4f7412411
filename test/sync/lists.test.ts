import { describe, expect, test } from 'vitest';
import type { AssignTo } from '../../lib/sync/assign-to.ts';
import { QuotaExceededError, TransientError } from '../../lib/sync/errors.ts';
import { type ListedPersons, type ListStatus, pauseList, readList, startList } from '../../lib/sync/lists/list-jobs.ts';
import { NO_OUTCOMES } from '../../lib/sync/state/list-job.ts';
import { storeWith } from './store-with.ts';
import { TwoSides } from './two-sides.ts';

const UNCHANGED: AssignTo = { kind: 'unchanged' };

/** Persons who have never been in Salesforce. */
async function newPersons(sides: TwoSides, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const fields = { Email: `p${at}@example.com`, LastName: `Person ${at}`, Company: 'Engines' };
    ids.push((await sides.create(fields)).personId);
  }
  return ids;
}

async function statusOf(sides: TwoSides, jobId: string): Promise<ListStatus> {
  const status = await readList(sides.ports, jobId);
  if (status === undefined) throw new Error('no such job');
  return status;
}

/** Works until the queue is empty; later messages come at once, the clock goes on all the same. */
async function work(sides: TwoSides): Promise<void> {
  for (let round = 0; round < 40 && sides.queue.waiting.length > 0; round += 1) {
    sides.clock.advance(60_000);
    await sides.merge();
  }
}

async function syncList(sides: TwoSides, listed: ListedPersons, assignTo = UNCHANGED): Promise<ListStatus> {
  const jobId = await startList(sides.ports, listed, assignTo);
  await work(sides);
  return statusOf(sides, jobId);
}

describe('a list of persons', () => {
  test('new Leads: two calls for 200 persons, one Lead each, everything settled', async () => {
    const sides = new TwoSides();
    const personIds = await newPersons(sides, 450);
    const status = await syncList(sides, { personIds });
    expect(status).toEqual({
      jobId: status.jobId,
      createdAt: status.createdAt,
      state: 'done',
      total: 450,
      ...NO_OUTCOMES,
      created: 450,
      calls: 6,
      estimatedEndAt: null,
    });
    expect(sides.count('Lead')).toBe(450);
    for (const personId of personIds) {
      const person = sides.person(personId);
      const { LastName, Person_Id__c: key } = sides.record('Lead', person.salesforce?.id ?? '');
      expect({ LastName, key, lease: person.lease, pending: person.pending }).toEqual({
        LastName: person.fields.LastName,
        key: personId,
        lease: null,
        pending: {},
      });
      expect(sides.logged(personId, 'syncedToSalesforce')).toHaveLength(1);
    }
  });

  test('each comes to what a sync of one comes to, and is told so', async () => {
    const sides = new TwoSides();
    const [fresh = '', linked = '', twice = '', refused = ''] = await newPersons(sides, 4);
    const inStep = (await sides.linkedPerson({ Email: 'in@step.example' })).personId;
    const edited = (await sides.linkedPerson({ Email: 'has@edits.example' })).personId;
    await sides.edit(edited, { Title: 'CTO' });
    sides.insert('Contact', { LastName: 'One', Email: 'P1@example.com' });
    for (const company of ['A', 'B'])
      sides.insert('Lead', { LastName: 'Two', Company: company, Email: 'p2@example.com' });
    await sides.edit(refused, { LastName: null });
    const personIds = [fresh, linked, twice, refused, inStep, edited, 'nobody'];
    const status = await syncList(sides, { personIds });
    expect(status).toMatchObject({
      state: 'done',
      total: 7,
      created: 1,
      linked: 1,
      ambiguous: 1,
      rejected: 1,
      unchanged: 1,
      updated: 1,
      failed: 1,
    });
    expect(sides.person(linked).salesforce?.type).toBe('Contact');
    expect(sides.record('Lead', sides.person(edited).salesforce?.id ?? '').Title).toBe('CTO');
    expect(sides.logged(twice, 'rejected')).toMatchObject([{ detail: { code: 'AMBIGUOUS_MATCH', fields: ['Email'] } }]);
    expect(sides.logged(refused, 'rejected')).toMatchObject([{ detail: { code: 'REQUIRED_FIELD_MISSING' } }]);
    // The same list once more tells nothing twice.
    await syncList(sides, { personIds });
    expect(sides.logged(twice, 'rejected')).toHaveLength(1);
    expect(sides.logged(refused, 'rejected')).toHaveLength(1);
  });

  test('of two persons with one email the second finds the Lead of the first', async () => {
    const sides = new TwoSides();
    const [one = '', other = ''] = await newPersons(sides, 2);
    const same = { ...sides.person(other), fields: { ...sides.person(other).fields, Email: 'P0@example.com' } };
    await sides.persons.update(sides.person(other), same);
    expect(await syncList(sides, { personIds: [one, other] })).toMatchObject({ created: 1, ambiguous: 1 });
    expect(sides.count('Lead')).toBe(1);
  });

  test('an owner, a queue or the assignment rules go along', async () => {
    const sides = new TwoSides();
    const queueId = sides.idOf("SELECT Id FROM Group WHERE Type = 'Queue' LIMIT 1");
    const [one = '', two = ''] = await newPersons(sides, 2);
    sides.insert('Contact', { LastName: 'One', Email: 'p1@example.com' });
    const status = await syncList(sides, { personIds: [one, two] }, { kind: 'queue', ownerId: queueId });
    expect(status).toMatchObject({ created: 1, failed: 1 });
    expect(sides.record('Lead', sides.person(one).salesforce?.id ?? '').OwnerId).toBe(queueId);
    expect(sides.logged(two, 'rejected')).toMatchObject([{ detail: { code: 'CONTACT_NOT_ASSIGNABLE' } }]);
  });

  test('everybody who has never been there', async () => {
    const sides = new TwoSides();
    await sides.linkedPerson({ Email: 'there@already.example' });
    await newPersons(sides, 430);
    expect(await syncList(sides, 'localOnly')).toMatchObject({ state: 'done', total: 430, created: 430 });
    expect(sides.count('Lead')).toBe(431);
    expect(await syncList(sides, 'localOnly')).toMatchObject({ state: 'done', total: 0 });
  });
});

describe('a job', () => {
  test('is paused and goes on', async () => {
    const sides = new TwoSides();
    const personIds = await newPersons(sides, 250);
    const jobId = await startList(sides.ports, { personIds }, UNCHANGED);
    expect(await pauseList(sides.ports, jobId, true)).toMatchObject({ state: 'paused', total: 250, created: 0 });
    await work(sides);
    expect(sides.count('Lead')).toBe(0);
    expect(await statusOf(sides, jobId)).toMatchObject({ state: 'paused', estimatedEndAt: null });
    expect(await pauseList(sides.ports, jobId, false)).toMatchObject({ state: 'running' });
    await work(sides);
    expect(await statusOf(sides, jobId)).toMatchObject({ state: 'done', created: 250 });
    expect(await pauseList(sides.ports, 'no-job', true)).toBeUndefined();
  });

  test('says when it will end', async () => {
    const sides = new TwoSides();
    const personIds = await newPersons(sides, 400);
    const jobId = await startList(sides.ports, { personIds }, UNCHANGED);
    const [first = '', second = ''] = sides.queue.take();
    await sides.queue.send([first]);
    await work(sides);
    const { state, created, estimatedEndAt } = await statusOf(sides, jobId);
    expect({ state, created }).toEqual({ state: 'running', created: 200 });
    expect(estimatedEndAt).toBe(new Date(Date.parse(sides.clock.now()) + 60_000).toISOString());
    await sides.queue.send([second]);
  });

  test('waits while no calls are left, and loses nobody', async () => {
    const sides = new TwoSides();
    const personIds = await newPersons(sides, 3);
    const jobId = await startList(sides.ports, { personIds }, UNCHANGED);
    let left = 12;
    sides.client.hooks.before = () => {
      left -= 1;
      if (left > 0) throw new QuotaExceededError('none is left');
    };
    await work(sides);
    expect(await statusOf(sides, jobId)).toMatchObject({ state: 'done', created: 3, failed: 0 });
  });

  test('counts a person as failed, and says so, whom somebody else never lets go', async () => {
    const sides = new TwoSides();
    const [free = '', held = ''] = await newPersons(sides, 2);
    const jobId = await startList(sides.ports, { personIds: [free, held] }, UNCHANGED);
    const lease = { owner: 'another', expiresAt: '2100-01-01T00:00:00.000Z', attempt: {} };
    await sides.persons.takeLease(sides.person(held), lease, sides.clock.now());
    await work(sides);
    expect(await statusOf(sides, jobId)).toMatchObject({ state: 'done', created: 1, failed: 1 });
    expect(sides.logged(held, 'rejected')).toMatchObject([{ detail: { code: 'NOT_SYNCED' } }]);
  });

  test('an error of one part leaves no other part of the same batch out', async () => {
    const sides = new TwoSides();
    const personIds = await newPersons(sides, 250);
    const jobId = await startList(sides.ports, { personIds }, UNCHANGED);
    const persons = storeWith(sides.ports.persons, {
      takeLease: (person, lease, now) =>
        person.personId === personIds[0]
          ? Promise.reject(new TransientError('THROTTLED', 'the store is busy'))
          : sides.ports.persons.takeLease(person, lease, now),
    });
    await sides.merge({ persons });
    expect(await statusOf(sides, jobId)).toMatchObject({ state: 'running', created: 249 });
    await work(sides);
    expect(await statusOf(sides, jobId)).toMatchObject({ state: 'done', created: 250 });
  });

  test('a large list is worked on in several invocations', async () => {
    const sides = new TwoSides();
    const personIds = await newPersons(sides, 600);
    const jobId = await startList(sides.ports, { personIds }, UNCHANGED);
    sides.client.hooks.after = () => sides.clock.advance(15_000);
    await sides.merge();
    expect(await statusOf(sides, jobId)).toMatchObject({ created: 200 });
    expect(sides.queue.waiting).toHaveLength(2);
  });
});
