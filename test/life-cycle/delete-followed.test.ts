import { describe, expect, test } from 'vitest';
import { isPresent } from '../../lib/person/person.ts';
import type { SalesforceType } from '../../lib/person/row.ts';
import { TransientError } from '../../lib/sync/errors.ts';
import { deletePersonHere } from '../../lib/sync/sync-person/delete-person.ts';
import { type LeadScene, leadScene } from './lead-scene.ts';

const remove = ({ life, personId }: LeadScene) => deletePersonHere(life.ports, personId, 'delete');

/** The person is its own tombstone, whatever comes later, and its row is deleted. */
async function expectDeleted({ life, personId }: LeadScene, type: SalesforceType, row: string): Promise<void> {
  expect(life.row(type, row)?.IsDeleted).toBe(true);
  await life.settleNextDay();
  const person = await life.survivor(personId);
  expect(person).toMatchObject({ personId, lease: null, salesforce: { type, id: row, isDeleted: true } });
  expect(person.deletedHere).toMatchObject({ salesforce: 'delete' });
  expect(life.activityTypes(personId).filter((each) => each === 'deleted')).toHaveLength(1);
  expect(life.persons.all().filter(isPresent)).toEqual([]);
}

describe('a deletion follows a Lead, unseen by anybody, to', () => {
  test('the Contact that it became', async () => {
    const on = await leadScene();
    const contact = on.life.convert(on.lead);
    expect(await remove(on)).toEqual({ kind: 'deleted' });
    await expectDeleted(on, 'Contact', contact);
    expect(on.life.activityTypes(on.personId)).toEqual(expect.arrayContaining(['converted', 'deleted']));
  });

  test('a Contact that was there before, and nobody’s', async () => {
    const on = await leadScene();
    const contact = on.life.convert(on.lead, on.life.addContact({}));
    expect(await remove(on)).toEqual({ kind: 'deleted' });
    await expectDeleted(on, 'Contact', contact);
  });

  test('the Contact into which its Contact was merged', async () => {
    const on = await leadScene();
    const contact = on.life.convert(on.lead);
    const winner = on.life.addContact({});
    on.life.merge('Contact', winner, contact);
    expect(await remove(on)).toEqual({ kind: 'deleted' });
    await expectDeleted(on, 'Contact', winner);
  });

  test('the Lead into which it was merged', async () => {
    const on = await leadScene();
    const winner = on.life.addLead({});
    on.life.merge('Lead', winner, on.lead);
    expect(await remove(on)).toEqual({ kind: 'deleted' });
    await expectDeleted(on, 'Lead', winner);
  });

  test('the Contact that it became, which somebody has deleted', async () => {
    const on = await leadScene();
    const contact = on.life.convert(on.lead);
    on.life.delete('Contact', contact);
    expect(await remove(on)).toEqual({ kind: 'deleted' });
    await expectDeleted(on, 'Contact', contact);
  });

  test('the Contact of a Lead that is known to be converted, which is not touched itself', async () => {
    const on = await leadScene();
    const contact = on.life.convert(on.lead);
    const person = on.life.holder(on.lead);
    const salesforce = person.salesforce && { ...person.salesforce, isConverted: true };
    await on.life.persons.update(person, { ...person, salesforce });
    expect(await remove(on)).toEqual({ kind: 'deleted' });
    expect(on.life.row('Lead', on.lead)?.IsDeleted).toBe(false);
    await expectDeleted(on, 'Contact', contact);
  });
});

describe('what took the Lead’s place is another person', () => {
  test.each([
    ['a Contact', 'Contact', ({ life, lead }: LeadScene, other: string) => life.convert(lead, other)],
    ['a Lead', 'Lead', ({ life, lead }: LeadScene, other: string) => life.merge('Lead', other, lead)],
  ] as const)('%s: who is named, one with it by then, and left alone until asked for', async (_, type, happens) => {
    const on = await leadScene();
    const { life, personId } = on;
    await life.edit(personId, { Phone: '1' });
    await life.settle();
    const other = type === 'Lead' ? life.addLead({ Title: 'Admiral' }) : life.addContact({ Title: 'Admiral' });
    await life.settle();
    // A person that was seen to change is newborn no more.
    life.change(type, other, { Phone: '2' });
    await life.settle();
    const otherId = life.holder(other).personId;
    happens(on, other);
    expect(await remove(on)).toEqual({ kind: 'mergedAway', personId: otherId });
    expect(life.holder(other)).toMatchObject({ personId: otherId, deletedHere: null, lease: null });
    expect(life.holder(other).absorbed).toContain(personId);
    expect(life.row(type, other)?.IsDeleted).toBe(false);
    expect(await deletePersonHere(life.ports, otherId, 'delete')).toEqual({ kind: 'deleted' });
    await expectDeleted({ ...on, personId: otherId }, type, other);
  });
});

describe('a deletion that got as far as the Lead only', () => {
  test('because the Contact is locked, deletes nothing here, and goes on where it is asked for again', async () => {
    const on = await leadScene();
    const { life } = on;
    const contact = life.convert(on.lead);
    const updates = [{ object: 'Contact', id: contact, fields: { Title: 'Countess' } }];
    life.admin('POST', '/_org/transaction', { commitAfterSeconds: 60, updates });
    expect(await remove(on)).toEqual({ kind: 'unavailable' });
    expect((await life.survivor(on.personId)).deletedHere).toBeNull();
    life.clock.advance(120_000);
    expect(await remove(on)).toEqual({ kind: 'deleted' });
    await expectDeleted(on, 'Contact', contact);
  });

  test('because its answer was lost, follows it the next time', async () => {
    const on = await leadScene();
    const { life, personId } = on;
    const contact = life.convert(on.lead);
    const lost: typeof life.ports.records.remove = async (...row) => {
      await life.ports.records.remove(...row);
      throw new TransientError('TIMEOUT', 'no answer', { mayHaveCommitted: true });
    };
    const records = { ...life.ports.records, remove: lost };
    expect(await deletePersonHere({ ...life.ports, records }, personId, 'delete')).toEqual({ kind: 'unavailable' });
    life.clock.advance(700_000);
    expect(await remove(on)).toEqual({ kind: 'deleted' });
    await expectDeleted(on, 'Contact', contact);
  });
});

test('a deletion of a Contact, or of a Lead that nobody converted, is one call', async () => {
  const on = await leadScene();
  const { life } = on;
  const contact = life.addContact({});
  await life.settle();
  for (const personId of [on.personId, life.holder(contact).personId]) {
    const { calls } = life.client.usage();
    expect(await deletePersonHere(life.ports, personId, 'delete')).toEqual({ kind: 'deleted' });
    expect(life.client.usage().calls - calls).toBe(1);
  }
});
