import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../lib/schema/sync-policy.ts';
import { joinedActivities } from '../../lib/sync/persons/joined-activities.ts';
import { deletePersonHere } from '../../lib/sync/sync-person/delete-person.ts';
import { Life } from './life.ts';

async function twoLeads(): Promise<{ life: Life; winner: string; loser: string }> {
  const life = new Life();
  const winner = life.addLead({ Email: 'winner@example.com', Title: 'Lady' });
  const loser = life.addLead({ Email: 'loser@example.com', Title: 'Clerk', Phone: '1' });
  await life.settle(1);
  // A person that was seen to change is newborn no more: whoever loses a merge is joined into it.
  life.change('Lead', winner, { Title: 'Countess' });
  await life.settle(1);
  return { life, winner, loser };
}

async function oneLead(): Promise<{ life: Life; lead: string; personId: string }> {
  const life = new Life();
  const lead = life.addLead({ Email: 'ada@example.com' });
  await life.settle(1);
  return { life, lead, personId: life.holder(lead).personId };
}

test('two Leads merged in Salesforce: one person, the values of the winner, and of the loser where it has none', async () => {
  const { life, winner, loser } = await twoLeads();
  const [stays, goes] = [life.holder(winner).personId, life.holder(loser).personId];

  life.merge('Lead', winner, loser);
  await life.settle();

  const person = life.holder(winner);
  expect(person.personId).toBe(stays);
  expect(person.fields).toMatchObject({ Email: 'winner@example.com', Title: 'Countess', Phone: '1' });
  expect((await life.survivor(goes)).personId).toBe(stays);
  expect(life.row('Lead', winner)?.Phone).toBe('1');
  expect(life.activityTypes(stays)).toContain('merged');
  expect(person.pending).toEqual({});
});

test('edits of both persons that wait are kept in a merge; of one field the newer', async () => {
  const { life, winner, loser } = await twoLeads();
  const [stays, goes] = [life.holder(winner).personId, life.holder(loser).personId];
  await life.edit(goes, { Title: 'older', Phone: '2' });
  await life.edit(stays, { Title: 'newer', FirstName: 'Ada' });

  life.merge('Lead', winner, loser);
  await life.settle();

  const expected = { Title: 'newer', Phone: '2', FirstName: 'Ada' };
  expect(life.holder(winner).fields).toMatchObject(expected);
  expect(life.row('Lead', winner)).toMatchObject(expected);
});

test('a chain of merges ends at the last winner, and so does every person', async () => {
  const { life, winner, loser } = await twoLeads();
  const last = life.addLead({ Email: 'last@example.com' });
  await life.settle(1);
  const ids = [winner, loser, last].map((row) => life.holder(row).personId);

  life.merge('Lead', winner, loser);
  life.merge('Lead', last, winner);
  await life.settle();

  for (const id of ids) expect((await life.survivor(id)).personId).toBe(life.holder(last).personId);
});

test('the log of a survivor is the logs of all who became a part of it, each activity once, by time', async () => {
  const { life, winner, loser } = await twoLeads();
  const goes = life.holder(loser).personId;
  await life.edit(goes, { Title: 'Baroness' });
  await life.settle(1);
  life.merge('Lead', winner, loser);
  await life.settle();

  const person = life.holder(winner);
  const all: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof joinedActivities>> = await joinedActivities(life.persons, person, 2, cursor);
    all.push(...page.items.map(({ personId, activity }) => `${personId} ${activity.seq}`));
    cursor = page.cursor;
  } while (cursor !== null);
  const logged = [person.personId, goes].flatMap((id) => life.persons.logOf(id).map(({ seq }) => `${id} ${seq}`));
  expect(all.toSorted()).toEqual(logged.toSorted());
  expect(new Set(all).size).toBe(all.length);
});

test('the loser of a merge, undeleted, is a person of its own, and a late state of it is not', async () => {
  const { life, winner, loser } = await twoLeads();
  const goes = life.holder(loser).personId;
  const late = [...life.delivered];
  life.merge('Lead', winner, loser);
  await life.settle();

  await life.deliver(late);
  expect(life.holders(loser)).toEqual([]);

  life.undelete(loser);
  await life.settle();
  expect(life.holder(loser).personId).toMatch(new RegExp(`^sf-${loser}-\\d+$`));
  expect((await life.survivor(goes)).personId).toBe(life.holder(winner).personId);
});

test('a merge into a Lead that no person is yet takes the person there', async () => {
  const { life, lead: loser, personId } = await oneLead();

  const winner = life.addLead({ Email: 'winner@example.com' });
  life.merge('Lead', winner, loser);
  await life.poll();
  const bodies = life.queue.take();
  await life.deliver(bodies.toReversed());
  await life.settle();

  expect((await life.survivor(personId)).personId).toBe(life.holder(winner).personId);
});

test('a converted Lead becomes its Contact with the edits that wait', async () => {
  const { life, lead, personId } = await oneLead();
  await life.edit(personId, { Title: 'Countess' });

  const contact = life.convert(lead);
  await life.settle();

  expect(life.holder(contact).personId).toBe(personId);
  expect(life.row('Contact', contact)?.Title).toBe('Countess');
  expect(life.activityTypes(personId)).toContain('converted');
});

test('a conversion into the Contact of another person makes the two one', async () => {
  const life = new Life();
  const lead = life.addLead({ Email: 'ada@example.com', Title: 'Countess' });
  const contact = life.addContact({ Email: 'ada@work.example.com' });
  await life.settle(1);
  life.change('Contact', contact, { Phone: '1' });
  await life.settle(1);
  const [goes, stays] = [life.holder(lead).personId, life.holder(contact).personId];

  life.convert(lead, contact);
  await life.settle();

  expect(life.holder(contact).personId).toBe(stays);
  expect((await life.survivor(goes)).personId).toBe(stays);
  expect(life.holder(contact).fields.Title).toBe('Countess');
});

test('sync person meets a Lead that was converted meanwhile, and pushes to the Contact', async () => {
  const { life, lead, personId } = await oneLead();
  await life.edit(personId, { Title: 'Countess' });
  const contact = life.convert(lead);

  expect(await life.sync(personId)).toMatchObject({ kind: 'synced', pushed: ['Title'] });
  expect(life.row('Contact', contact)?.Title).toBe('Countess');
  await life.settle();
  expect(life.holder(contact).personId).toBe(personId);
});

test('sync person meets a Lead that lost a merge meanwhile, and goes on as the person of the winner', async () => {
  const { life, winner, loser } = await twoLeads();
  const [stays, goes] = [life.holder(winner).personId, life.holder(loser).personId];
  await life.edit(goes, { Title: 'Baroness' });
  life.merge('Lead', winner, loser);

  expect(await life.sync(goes)).toMatchObject({ kind: 'synced', person: { personId: stays } });
  expect(life.row('Lead', winner)?.Title).toBe('Baroness');
  expect(await life.sync(goes)).toMatchObject({ kind: 'mergedAway', personId: stays });
});

test('a deleted Lead leaves its person; sync person makes a new Lead, and the old one undeleted is another person', async () => {
  const { life, lead, personId } = await oneLead();
  life.delete('Lead', lead);
  await life.settle();
  expect(life.holder(lead).salesforce?.isDeleted).toBe(true);

  const outcome = await life.sync(personId);
  expect(outcome).toMatchObject({ kind: 'synced', outcome: 'created' });
  life.undelete(lead);
  await life.settle();
  expect(life.holder(lead).personId).toMatch(new RegExp(`^sf-${lead}-\\d+$`));
  expect((await life.survivor(personId)).salesforce?.id).not.toBe(lead);
});

test('a Lead that left the recycle bin before anybody saw it there is found out within a day', async () => {
  const { life, lead } = await oneLead();
  const { personId } = await life.create({ Email: 'grace@example.com', LastName: 'Hopper', Company: 'Navy' });
  await life.sync(personId);
  await life.settle(2);
  const made = String((await life.survivor(personId)).salesforce?.id);
  life.delete('Lead', lead);
  life.hardDelete(lead);
  life.hardDelete(made);
  await life.settleNextDay();

  expect(life.holder(lead).salesforce?.isDeleted).toBe(true);
  expect(life.holder(made).salesforce?.isDeleted).toBe(true);
  expect(life.activityTypes(personId)).toContain('deletedInSalesforce');
});

test('a person deleted here stays so whatever its row does, until somebody creates it again', async () => {
  const { life, lead, personId } = await oneLead();

  expect(await deletePersonHere(life.ports, personId, 'keep')).toEqual({ kind: 'deleted' });
  life.change('Lead', lead, { Title: 'Countess' });
  await life.settle();
  expect(await life.sync(personId)).toMatchObject({ kind: 'deletedHere' });

  const revived = await life.create({ Email: 'ada@example.com', Phone: '1' });
  await life.settle();
  expect(revived.personId).toBe(personId);
  expect(life.holder(lead).fields).toMatchObject({ Title: 'Countess', Phone: '1' });
  expect(life.row('Lead', lead)?.Phone).toBe('1');
});

test('a person deleted here and there leaves no Lead', async () => {
  const { life, lead, personId } = await oneLead();

  expect(await deletePersonHere(life.ports, personId, 'delete')).toEqual({ kind: 'deleted' });
  expect(life.row('Lead', lead)?.IsDeleted).toBe(true);
  await life.settle();
  expect((await life.survivor(personId)).deletedHere).not.toBeNull();
});

test('a new Lead takes the configured values where the person has none, and the log says so', async () => {
  const life = new Life({ ...DEFAULT_POLICY, defaults: { LastName: 'Unknown', Company: 'None' } });
  await life.settle(1);
  const { personId } = await life.create({ Email: 'ada@example.com', LastName: 'Lovelace' });

  expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
  const person = await life.survivor(personId);
  expect(person.fields).toMatchObject({ LastName: 'Lovelace', Company: 'None' });
  expect(person.pending).toEqual({});
  expect(life.persons.logOf(personId).find(({ type }) => type === 'syncedToSalesforce')?.detail).toMatchObject({
    created: true,
    defaulted: ['Company'],
  });
});
