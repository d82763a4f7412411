import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrgFields } from '../sandbox/clients/org-client.ts';
import type { PersonView } from '../sandbox/clients/person-api-client.ts';
import { allRows, differencesIn, type SyncedRow } from './compare-sides.ts';
import { eventually, type RunningSandbox, runSandbox, wholeCycles } from './running-sandbox.ts';

let sides: RunningSandbox;
let leads: SyncedRow[];

beforeAll(async () => {
  sides = await runSandbox({ seedRecords: 30 });
  leads = (await allRows(sides)).filter(({ type }) => type === 'Lead');
  await eventually(async () => (await differencesIn(sides, leads)).length === 0);
});
afterAll(() => sides?.close());

/** A Lead that no other test here has touched, with its person. */
async function nextLead(): Promise<{ readonly id: string; readonly personId: string }> {
  const row = leads.shift();
  if (row === undefined) throw new Error('no Lead is left');
  const [person] = await sides.api.personsWithEmail(String(row.Email));
  if (person === undefined) throw new Error(`no person for ${row.Id}`);
  return { id: row.Id, personId: person.personId };
}

const there = async (id: string): Promise<OrgFields> => sides.admin.record('Lead', id);
const here = (personId: string): Promise<PersonView> => sides.api.person(personId);

/** Waits until the person has this value. */
async function pulled(personId: string, field: string, value: unknown): Promise<void> {
  await eventually(async () => ((await here(personId)).fields[field] ?? null) === value);
}

/** Waits until the row has this value. */
async function pushed(id: string, field: string, value: unknown): Promise<void> {
  await eventually(async () => (await there(id))[field] === value);
}

describe('fields that change', () => {
  test('a hidden field does not travel, the others do; shown again, it does', async () => {
    const { id, personId } = await nextLead();
    const hide = (hidden: boolean) =>
      sides.admin.control('POST field-access', { object: 'Lead', field: 'Website', read: !hidden, edit: !hidden });
    await hide(true);
    await sides.admin.update('Lead', id, { Website: 'https://hidden.example.com', Title: 'Seen' });
    await pulled(personId, 'Title', 'Seen');
    expect((await here(personId)).fields.Website).not.toBe('https://hidden.example.com');
    const edit = await sides.api.send(`PATCH /persons/${personId}`, { fields: { Website: 'https://x.example.com' } });
    expect(edit).toMatchObject({
      status: 400,
      body: { fields: [{ field: 'Website', reason: expect.stringContaining('hidden') }] },
    });
    await hide(false);
    await wholeCycles(sides.api, 1);
    await sides.admin.update('Lead', id, { Title: 'Shown' });
    await pulled(personId, 'Website', 'https://hidden.example.com');
  });

  test('a field that becomes read-only is pulled, and an edit of it is refused', async () => {
    const { id, personId } = await nextLead();
    await sides.admin.control('POST field-access', { object: 'Lead', field: 'Fax', read: true, edit: false });
    await wholeCycles(sides.api, 1);
    await sides.admin.update('Lead', id, { Fax: '+49 555 020' });
    await pulled(personId, 'Fax', '+49 555 020');
    const edit = await sides.api.send(`PATCH /persons/${personId}`, { fields: { Fax: '1' } });
    expect(edit).toMatchObject({ status: 400, body: { fields: [{ field: 'Fax', reason: 'read-only' }] } });
    await sides.admin.control('POST field-access', { object: 'Lead', field: 'Fax', read: true, edit: true });
  });

  test('a pending edit of a field that is hidden meanwhile holds back no other field', async () => {
    const { id, personId } = await nextLead();
    const access = (edit: boolean) =>
      sides.admin.control('POST field-access', { object: 'Lead', field: 'Rating', read: edit, edit });
    await sides.admin.control('POST faults', { kind: 'unavailable' });
    await sides.api.edit(personId, { Rating: 'Hot', Title: 'Pushed' });
    await access(false);
    await sides.admin.control('DELETE faults');
    await pushed(id, 'Title', 'Pushed');
    await access(true);
    await pushed(id, 'Rating', 'Hot');
  });

  test('a new field travels both ways, and a deleted one is forgotten', async () => {
    const { id, personId } = await nextLead();
    const field = { object: 'Lead', name: 'Tier__c' };
    await sides.admin.control('POST fields', { ...field, type: 'string', length: 20 });
    await sides.admin.update('Lead', id, { Tier__c: 'gold' });
    await pulled(personId, 'Tier__c', 'gold');
    await sides.api.edit(personId, { Tier__c: 'silver' });
    await pushed(id, 'Tier__c', 'silver');
    await sides.admin.control('DELETE fields', field);
    await sides.admin.update('Lead', id, { Title: 'Without' });
    await pulled(personId, 'Title', 'Without');
    const edit = await sides.api.send(`PATCH /persons/${personId}`, { fields: { Tier__c: 'bronze' } });
    expect(edit).toMatchObject({ status: 400, body: { type: '/problems/invalid-fields' } });
    expect(await sides.api.sync(personId)).toMatchObject({ kind: 'synced' });
  });
});

describe('time', () => {
  test('many edits within one second all arrive, at their last value', async () => {
    const some = [await nextLead(), await nextLead(), await nextLead()];
    for (let at = 1; at <= 10; at += 1) {
      await Promise.all(some.map(({ id }) => sides.admin.update('Lead', id, { Title: `Title ${at}` })));
    }
    for (const { personId } of some) await pulled(personId, 'Title', 'Title 10');
  });

  test('rows of a long transaction, stamped below the checkpoint, are found', async () => {
    const { id, personId } = await nextLead();
    const other = await nextLead();
    const updates = [{ object: 'Lead', id, fields: { Title: 'Late' } }];
    await sides.admin.control('POST transaction', { commitAfterSeconds: 8, updates });
    await sides.admin.update('Lead', other.id, { Title: 'Meanwhile' });
    await pulled(other.personId, 'Title', 'Meanwhile');
    await sides.api.edit(personId, { Phone: '+49 555 021' });
    await pulled(personId, 'Title', 'Late');
    await pushed(id, 'Phone', '+49 555 021');
    expect(await there(id)).toMatchObject({ Title: 'Late' });
  });
});

describe('records that come and go', () => {
  test('a deleted Lead keeps its person, who is linked again when it is undeleted', async () => {
    const { id, personId } = await nextLead();
    await sides.admin.delete('Lead', id);
    await eventually(async () => (await here(personId)).salesforce?.isDeleted);
    await sides.api.edit(personId, { Title: 'While away' });
    await wholeCycles(sides.api, 2);
    expect((await here(personId)).fields.Title).toBe('While away');
    await sides.admin.control('POST undelete', { id });
    await pushed(id, 'Title', 'While away');
    expect((await here(personId)).salesforce).toMatchObject({ id, isDeleted: false });
    const types = (await sides.api.activities(personId)).map(({ type }) => type);
    for (const once of ['deletedInSalesforce', 'undeleted']) {
      expect(types.filter((type) => type === once)).toHaveLength(1);
    }
  });

  test('a converted Lead’s person goes on as its Contact', async () => {
    const { id, personId } = await nextLead();
    await sides.admin.control('POST convert', { leadId: id });
    await eventually(async () => (await here(personId)).salesforce?.type === 'Contact');
    const contactId = (await here(personId)).salesforce?.id ?? '';
    await sides.api.edit(personId, { Title: 'Contact now' });
    await eventually(async () => (await sides.admin.record('Contact', contactId)).Title === 'Contact now');
    const { fields } = await here(personId);
    expect(await sides.api.personsWithEmail(String(fields.Email))).toHaveLength(1);
  });

  test('a new Lead makes a person, and one for a person who waits for it is that person’s', async () => {
    const fields = { Email: 'new@example.com', LastName: 'New', Company: 'Example' };
    await sides.admin.create('Lead', fields);
    await eventually(async () => (await sides.api.personsWithEmail(fields.Email)).length === 1);
    const waiting = { Email: 'waiting@example.com', LastName: 'Waiting', Company: 'Example' };
    const { personId } = await sides.api.create(waiting);
    const id = await sides.admin.create('Lead', waiting);
    await eventually(async () => (await here(personId)).salesforce?.id === id);
    expect(await sides.api.personsWithEmail(waiting.Email)).toHaveLength(1);
  });
});
