import { describe, expect, test } from 'vitest';
import { createShown } from '../../lib/lambda/shown.ts';
import { readFieldStatus } from '../../lib/sync/operate/field-status.ts';
import { previewSync } from '../../lib/sync/sync-person/preview-sync.ts';
import { TwoSides } from '../sync/two-sides.ts';

const SALARY = 123_456;

async function cycles(sides: TwoSides, count = 2): Promise<void> {
  for (let cycle = 0; cycle < count; cycle += 1) {
    sides.clock.advance(300_000);
    await sides.cycle();
  }
}

/** A person with a salary in Salesforce and here, and all kinds of entries about it in the log. */
async function paidPerson() {
  const sides = new TwoSides();
  sides.control('fields', { object: 'Lead', name: 'Salary__c', type: 'double', scale: 2 });
  const { personId, salesforce } = await sides.linkedPerson({ Title: 'a' });
  const leadId = salesforce?.id ?? '';
  sides.update('Lead', leadId, { Salary__c: 100_000 });
  await cycles(sides);
  await sides.edit(personId, { Salary__c: 99 });
  sides.update('Lead', leadId, { Salary__c: 77 });
  await cycles(sides);
  await sides.edit(personId, { Salary__c: SALARY });
  await cycles(sides);
  return { sides, personId, leadId };
}

async function hide(sides: TwoSides, isHidden: boolean): Promise<void> {
  sides.control('field-access', { object: 'Lead', field: 'Salary__c', read: !isHidden, edit: !isHidden });
  await cycles(sides);
}

describe('a field that an administrator hides from the sync user', () => {
  test('is kept here, and shown in no answer and no activity, until it is visible again', async () => {
    const { sides, personId } = await paidPerson();
    const look = async () => {
      const show = await createShown(sides.ports)();
      const person = sides.person(personId);
      const log = sides.persons.logOf(personId).map((activity) => show.activity(person, activity));
      const preview = show.preview(await previewSync(sides.ports, personId));
      return { person: show.person(person), text: JSON.stringify([show.person(person), log, preview]) };
    };
    const before = await look();
    expect(before.person.fields.Salary__c).toBe(SALARY);
    expect(before.text).toContain('100000');

    await hide(sides, true);
    const hidden = await look();
    expect(sides.person(personId).fields.Salary__c).toBe(SALARY);
    expect(hidden.person.fields).toEqual(expect.objectContaining({ Title: 'a' }));
    expect(hidden.person.fields).not.toHaveProperty('Salary__c');
    for (const value of [SALARY, 100_000, 99, 77]) expect(hidden.text).not.toMatch(new RegExp(`\\b${value}\\b`));

    await hide(sides, false);
    expect((await look()).person.fields.Salary__c).toBe(SALARY);
  });

  test('can be cleared here', async () => {
    const { sides, personId } = await paidPerson();
    await hide(sides, true);
    await sides.edit(personId, { Salary__c: null });
    expect(sides.person(personId).fields.Salary__c ?? null).toBeNull();
  });

  test('does not come to light by what a refusal quotes', async () => {
    const sides = new TwoSides();
    sides.control('fields', { object: 'Lead', name: 'Note__c', type: 'string', length: 5 });
    const { personId } = await sides.linkedPerson();
    await sides.edit(personId, { Note__c: 'too long a secret' });
    await cycles(sides);
    expect(sides.person(personId).rejection?.message).toContain('secret');
    sides.control('field-access', { object: 'Lead', field: 'Note__c', read: false, edit: false });
    await cycles(sides);
    const show = await createShown(sides.ports)();
    const person = sides.person(personId);
    const log = sides.persons.logOf(personId).map((activity) => show.activity(person, activity));
    const fields = await readFieldStatus(sides.ports, ['Lead', 'Contact']);
    expect(JSON.stringify([show.person(person), log, fields])).not.toContain('secret');
  });

  test('is what the settings exclude not: that is visible still', async () => {
    const { sides, personId } = await paidPerson();
    const policy = { ...sides.ports.policy, fields: { ...sides.ports.policy.fields, exclude: ['Salary__c'] } };
    sides.clock.advance(300_000);
    await sides.poll({ policy });
    const show = await createShown(sides.ports)();
    expect(show.person(sides.person(personId)).fields.Salary__c).toBe(SALARY);
  });
});
