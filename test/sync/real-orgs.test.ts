import { describe, expect, test } from 'vitest';
import { deletePersonHere } from '../../lib/sync/sync-person/delete-person.ts';
import { TwoSides } from './two-sides.ts';

async function cycles(sides: TwoSides, count = 2): Promise<void> {
  for (let at = 0; at < count; at += 1) await sides.cycle();
}

/** How often the org was written to. */
function writes(sides: TwoSides): number {
  const { recordsCreated, recordsUpdated } = sides.org.state.stats;
  return recordsCreated + recordsUpdated;
}

/** https://gearset.com/blog/data-deployments-and-picklist-errors/ */
describe('a person of an org with record types', () => {
  function typedSides(): { sides: TwoSides; consumer: string } {
    const sides = new TwoSides();
    sides.control('features', { recordTypes: true });
    sides.control('fields', { object: 'Lead', name: 'Size__c', type: 'picklist', values: ['S', 'M', 'L'] });
    const rule = { object: 'Lead', developerName: 'Consumer', picklists: { Size__c: ['S', 'M'] } };
    const { id } = sides.control('record-types', rule) as { readonly id: string };
    return { sides, consumer: id };
  }

  test('has a new Lead created under the default record type', async () => {
    const { sides } = typedSides();
    const { personId } = await sides.create({
      Email: 'ada@example.com',
      LastName: 'Lovelace',
      Company: 'C',
      Size__c: 'L',
    });
    expect(await sides.sync(personId)).toMatchObject({ outcome: 'created' });
    const id = sides.person(personId).salesforce?.id ?? '';
    expect(sides.record('Lead', id).RecordTypeId).toBe(
      sides.idOf("SELECT Id FROM RecordType WHERE DeveloperName = 'Business' AND SobjectType = 'Lead'"),
    );
  });

  test('is told of a value that the record type of the record does not offer, and keeps it', async () => {
    const { sides, consumer } = typedSides();
    const { personId, salesforce } = await sides.linkedPerson({ RecordTypeId: consumer, Size__c: 'M' });
    await sides.edit(personId, { Size__c: 'L' });
    await cycles(sides);
    const person = sides.person(personId);
    expect(person.rejection).toMatchObject({ code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', fields: ['Size__c'] });
    expect(person.fields.Size__c).toBe('L');
    expect(sides.record('Lead', salesforce?.id ?? '').Size__c).toBe('M');
    expect(sides.logged(personId, 'rejected')).toHaveLength(1);
    await sides.edit(personId, { Size__c: 'S' });
    await cycles(sides);
    expect(sides.record('Lead', salesforce?.id ?? '').Size__c).toBe('S');
    expect(sides.person(personId).rejection).toBeNull();
  });
});

/** https://help.salesforce.com/s/articleView?id=000393553 */
describe('a person whose mail bounced', () => {
  const BOUNCE = { EmailBouncedReason: '550 no such user', EmailBouncedDate: '2026-11-20T10:00:00.000Z' };

  test('has no bounce any more once the address is edited, on either side', async () => {
    for (const side of ['here', 'there'] as const) {
      const sides = new TwoSides();
      const { personId, salesforce } = await sides.linkedPerson({ Email: 'old@example.com' });
      const id = salesforce?.id ?? '';
      sides.update('Lead', id, BOUNCE);
      await cycles(sides);
      expect(sides.person(personId).fields).toMatchObject(BOUNCE);
      if (side === 'here') await sides.edit(personId, { Email: 'new@example.com' });
      else sides.update('Lead', id, { Email: 'new@example.com' });
      await cycles(sides);
      const cleared = { Email: 'new@example.com', EmailBouncedReason: null, EmailBouncedDate: null };
      expect(sides.record('Lead', id)).toMatchObject(cleared);
      const { fields, pending } = sides.person(personId);
      expect([fields.Email, fields.EmailBouncedReason ?? null, fields.EmailBouncedDate ?? null]).toEqual(
        Object.values(cleared),
      );
      expect(pending).toEqual({});
      const before = writes(sides);
      await cycles(sides, 3);
      expect(writes(sides)).toBe(before);
    }
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm */
describe('a person whose record went out of the sync user’s sight', () => {
  async function outOfSight(): Promise<{ sides: TwoSides; personId: string; id: string }> {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson({ Email: 'ada@example.com', Title: 'CTO' });
    const id = salesforce?.id ?? '';
    sides.control('sharing', { object: 'Lead', id, visible: false });
    return { sides, personId, id };
  }

  test('keeps an edit, is told once why it waits, and has the next edit take it out once the record is back', async () => {
    const { sides, personId, id } = await outOfSight();
    await sides.edit(personId, { Title: 'CEO' });
    await cycles(sides, 3);
    expect(sides.count('Lead')).toBe(1);
    expect(sides.record('Lead', id).Title).toBe('CTO');
    expect(sides.person(personId)).toMatchObject({
      fields: { Title: 'CEO' },
      pending: { Title: 'CTO' },
      rejection: { code: 'RECORD_NOT_VISIBLE' },
    });
    expect(sides.logged(personId, 'rejected')).toHaveLength(1);
    sides.control('sharing', { object: 'Lead', id, visible: true });
    await sides.edit(personId, { City: 'Bern' });
    await cycles(sides);
    expect(sides.record('Lead', id)).toMatchObject({ Title: 'CEO', City: 'Bern' });
    expect(sides.person(personId).pending).toEqual({});
    expect(sides.count('Lead')).toBe(1);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_guidelines_personaccounts.htm */
describe('a person of an org with person accounts', () => {
  function personSides(): TwoSides {
    const sides = new TwoSides();
    sides.control('features', { personAccounts: true });
    return sides;
  }

  test('becomes a Lead without a company', async () => {
    const sides = personSides();
    const { personId } = await sides.create({ Email: 'ada@example.com', LastName: 'Lovelace' });
    expect(await sides.sync(personId)).toMatchObject({ outcome: 'created' });
    expect(sides.record('Lead', sides.person(personId).salesforce?.id ?? '').Company).toBeNull();
  });

  test('goes on with the Contact of the Account that such a Lead is converted into, both ways', async () => {
    const sides = personSides();
    const { personId, salesforce } = await sides.linkedPerson({ Company: null, Email: 'ada@example.com' });
    const { contactId, accountId } = sides.control('convert', { leadId: salesforce?.id }) as Record<string, string>;
    await cycles(sides);
    expect(sides.person(personId).salesforce).toMatchObject({ type: 'Contact', id: contactId });
    await sides.edit(personId, { Title: 'Countess' });
    sides.update('Account', accountId ?? '', { PersonMailingCity: 'Bern' });
    await cycles(sides);
    expect(sides.record('Account', accountId ?? '')).toMatchObject({
      PersonTitle: 'Countess',
      PersonMailingCity: 'Bern',
    });
    expect(sides.person(personId).fields).toMatchObject({ Title: 'Countess', City: 'Bern' });
  });

  /** https://help.salesforce.com/s/articleView?id=005305352 */
  test('is not deleted there: Salesforce deletes such a Contact only with its Account, and that is said', async () => {
    const sides = personSides();
    const { personId, salesforce } = await sides.linkedPerson({ Company: null, Email: 'ada@example.com' });
    const { contactId = '' } = sides.control('convert', { leadId: salesforce?.id }) as Record<string, string>;
    await cycles(sides);
    expect(await deletePersonHere(sides.ports, personId, 'delete')).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'INSUFFICIENT_ACCESS_OR_READONLY' },
    });
    expect(sides.record('Contact', contactId).IsDeleted).toBe(false);
    expect(sides.person(personId).deletedHere).toBeNull();
    expect(await deletePersonHere(sides.ports, personId, 'keep')).toEqual({ kind: 'deleted' });
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_currencytype.htm */
describe('a person of an org with several currencies', () => {
  test('has the currency of its amounts in step', async () => {
    const sides = new TwoSides();
    sides.control('features', { currencies: true, middleNames: true });
    const { personId, salesforce } = await sides.linkedPerson({ CurrencyIsoCode: 'EUR', AnnualRevenue: 10 });
    await sides.edit(personId, { CurrencyIsoCode: 'GBP', MiddleName: 'King' });
    await cycles(sides);
    expect(sides.record('Lead', salesforce?.id ?? '')).toMatchObject({
      CurrencyIsoCode: 'GBP',
      MiddleName: 'King',
      AnnualRevenue: 10,
    });
  });
});

/** https://help.salesforce.com/s/articleView?id=platform.fields_about_encrypted_fields.htm */
describe('a person of an org with encrypted fields', () => {
  test('never has a mask taken for a value, nor written over one', async () => {
    const sides = new TwoSides();
    sides.control('fields', { object: 'Lead', name: 'Card__c', type: 'encryptedtext' });
    const { personId, salesforce } = await sides.linkedPerson({ Card__c: '12345678', Email: 'ada@example.com' });
    expect(sides.person(personId).fields.Card__c).toBeUndefined();
    sides.remove('Lead', salesforce?.id ?? '');
    await cycles(sides);
    expect(await sides.sync(personId)).toMatchObject({ outcome: 'created' });
    expect(sides.record('Lead', sides.person(personId).salesforce?.id ?? '').Card__c).toBeNull();
  });
});
