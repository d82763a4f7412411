import { expect, test } from 'vitest';
import { ChangingOrg } from './changing-org.ts';

const FIELD = 'Extra__c';
const EMAIL = 'ada@example.com';

/** An org whose Contacts alone have the field, with a Lead in step. */
async function withPlaceOnContacts() {
  const org = new ChangingOrg();
  org.addField('Contact', FIELD);
  const id = org.lead({ Email: EMAIL });
  await org.goodCycle();
  org.clock.advance(3_600_000);
  await org.goodCycle();
  return { org, id, personId: org.personOf(id).personId };
}

/** The same, with an edit that the Lead has no place for. */
async function withKeptEdit(value: string | null = 'here') {
  const found = await withPlaceOnContacts();
  const { pending, fields } = await found.org.edit(found.personId, { [FIELD]: value });
  expect(pending).toEqual({});
  expect(fields[FIELD] ?? null).toBe(value);
  return found;
}

async function threeCycles(org: ChangingOrg): Promise<void> {
  for (let cycle = 0; cycle < 3; cycle += 1) await org.goodCycle();
}

test('an edit kept without a place goes out once the record has the field', async () => {
  const { org, id, personId } = await withKeptEdit();
  org.addField('Lead', FIELD);
  await threeCycles(org);
  expect(org.record('Lead', id)[FIELD]).toBe('here');
  expect(org.person(personId)).toMatchObject({ pending: {}, placeless: [], fields: { [FIELD]: 'here' } });
  expect(org.logged(personId, 'conflict')).toEqual([]);
});

test('an edit kept without a place is not emptied by a row that holds nothing there', async () => {
  const { org, id, personId } = await withKeptEdit();
  org.addField('Lead', FIELD);
  org.update('Lead', id, { Title: 'Countess' });
  await threeCycles(org);
  expect(org.record('Lead', id)).toMatchObject({ [FIELD]: 'here', Title: 'Countess' });
  expect(org.value(id, FIELD)).toBe('here');
  expect(org.person(personId).placeless).toEqual([]);
});

test('an edit kept without a place meets what somebody entered in Salesforce as a conflict', async () => {
  const { org, id, personId } = await withKeptEdit();
  org.addField('Lead', FIELD);
  org.update('Lead', id, { [FIELD]: 'there' });
  await threeCycles(org);
  expect(org.record('Lead', id)[FIELD]).toBe('here');
  const told = org.logged(personId, 'conflict').map(({ detail }) => detail);
  expect(told).toEqual([{ field: FIELD, local: 'here', remote: 'there', winner: 'local' }]);
});

test('an edit that both sides made alike is no conflict and waits for nothing', async () => {
  const { org, id, personId } = await withKeptEdit();
  org.addField('Lead', FIELD);
  org.update('Lead', id, { [FIELD]: 'here' });
  await threeCycles(org);
  expect(org.person(personId)).toMatchObject({ pending: {}, placeless: [] });
  expect(org.logged(personId, 'conflict')).toEqual([]);
  expect(org.record('Lead', id)[FIELD]).toBe('here');
});

test('an edit kept without a place goes on to the Contact that its Lead becomes', async () => {
  const { org, id, personId } = await withKeptEdit();
  const { contactId } = org.control('convert', { leadId: id }) as { readonly contactId: string };
  await threeCycles(org);
  expect(org.record('Contact', contactId)[FIELD]).toBe('here');
  expect(org.person(personId)).toMatchObject({ pending: {}, placeless: [], salesforce: { id: contactId } });
});

test('an edit of a new person that its Lead has no place for goes out once the Lead has the field', async () => {
  const { org } = await withPlaceOnContacts();
  const { personId } = await org.create({ Email: 'new@example.com', LastName: 'New', Company: 'New', [FIELD]: 'here' });
  expect(await org.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
  const id = org.person(personId).salesforce?.id ?? '';
  org.addField('Lead', FIELD);
  await threeCycles(org);
  expect(org.record('Lead', id)[FIELD]).toBe('here');
});

test('a sync by hand sends an edit kept without a place, where the record has the field by now', async () => {
  const { org, id, personId } = await withKeptEdit();
  org.addField('Lead', FIELD);
  // The schema is known, and the row not read again yet.
  await org.poll();
  org.queue.take();
  expect(await org.sync(personId)).toMatchObject({ kind: 'synced', pushed: [FIELD] });
  expect(org.record('Lead', id)[FIELD]).toBe('here');
});

test('an edit of the field before its row is read again is the one that goes out', async () => {
  const { org, id, personId } = await withKeptEdit();
  org.addField('Lead', FIELD);
  await org.poll();
  org.update('Lead', id, { [FIELD]: 'there' });
  await org.edit(personId, { [FIELD]: 'later' });
  await threeCycles(org);
  expect(org.record('Lead', id)[FIELD]).toBe('later');
  const told = org.logged(personId, 'conflict').map(({ detail }) => detail);
  expect(told).toEqual([{ field: FIELD, local: 'later', remote: 'there', winner: 'local' }]);
});

test('an edit kept without a place goes over to the person that its own becomes a part of', async () => {
  const { org, id, personId } = await withKeptEdit();
  const contactId = org.insert('Contact', { LastName: 'Lovelace' });
  await org.goodCycle();
  await org.edit(org.personOf(contactId).personId, { Title: 'Countess' });
  await org.goodCycle();
  org.control('convert', { leadId: id, contactId });
  await threeCycles(org);
  expect(org.record('Contact', contactId)[FIELD]).toBe('here');
  const present = org.persons.all().filter(({ mergedInto }) => mergedInto === null);
  expect(present).toMatchObject([{ pending: {}, placeless: [], fields: { [FIELD]: 'here' }, absorbed: [personId] }]);
});

test('only who holds such an edit is read again for a field that begins to sync', async () => {
  const { org, personId } = await withKeptEdit();
  for (let n = 0; n < 30; n += 1) org.lead();
  await org.goodCycle();
  org.clock.advance(3_600_000);
  await org.goodCycle();
  org.addField('Lead', FIELD);
  const read: string[] = [];
  const { queue } = org.ports;
  const send: typeof queue.send = (bodies, delay) => {
    read.push(...bodies);
    return queue.send(bodies, delay);
  };
  await org.poll({ queue: { ...queue, send, depth: () => queue.depth() } });
  const rowId = org.person(personId).salesforce?.id;
  const refreshes = read.map((body) => JSON.parse(body)).filter(({ kind }) => kind === 'refresh');
  expect(refreshes.map(({ ids }) => ids)).toEqual([[rowId]]);
});
