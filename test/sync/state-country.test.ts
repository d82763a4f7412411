import { describe, expect, test } from 'vitest';
import type { Fields } from '../../lib/person/field-value.ts';
import { checkFields } from '../../lib/schema/check-fields.ts';
import { packIds } from '../../lib/sync/change-message.ts';
import { loadSchemas } from '../../lib/sync/context/schemas.ts';
import { startList } from '../../lib/sync/lists/list-jobs.ts';
import { TwoSides } from './two-sides.ts';

const CALIFORNIA = { State: 'California', Country: 'United States' };
const CODES = { StateCode: 'CA', CountryCode: 'US' };

function picklistSides(): TwoSides {
  const sides = new TwoSides();
  sides.control('features', { stateCountryPicklists: true });
  return sides;
}

function addressOf({ State, StateCode, Country, CountryCode }: Fields): Fields {
  return {
    State: State ?? null,
    StateCode: StateCode ?? null,
    Country: Country ?? null,
    CountryCode: CountryCode ?? null,
  };
}

/** https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_field_syncing.htm */
describe('a person of an org with State and Country/Territory picklists', () => {
  test('gets the codes that Salesforce has for the texts, and has an edited state go out', async () => {
    const sides = picklistSides();
    const { personId, salesforce } = await sides.linkedPerson(CALIFORNIA);
    expect(addressOf(sides.person(personId).fields)).toEqual({ ...CALIFORNIA, ...CODES });
    await sides.edit(personId, { State: 'Texas' });
    await sides.sync(personId);
    const texas = { ...CALIFORNIA, ...CODES, State: 'Texas', StateCode: 'TX' };
    expect(addressOf(sides.record('Lead', salesforce?.id ?? ''))).toEqual(texas);
    expect(addressOf(sides.person(personId).fields)).toEqual(texas);
  });

  test('keeps an edited state beside an old code where a new Lead is created', async () => {
    const sides = picklistSides();
    const { personId, salesforce } = await sides.linkedPerson(CALIFORNIA);
    sides.remove('Lead', salesforce?.id ?? '');
    await sides.cycle();
    await sides.edit(personId, { State: 'Texas' });
    expect(await sides.sync(personId)).toMatchObject({ outcome: 'created' });
    const id = sides.person(personId).salesforce?.id ?? '';
    expect(sides.record('Lead', id)).toMatchObject({ State: 'Texas', StateCode: 'TX', CountryCode: 'US' });
    expect(sides.person(personId).fields).toMatchObject({ State: 'Texas', StateCode: 'TX' });
  });

  test('keeps an edited state beside an old code where a list of persons makes new Leads', async () => {
    const sides = picklistSides();
    const { personId, salesforce } = await sides.linkedPerson(CALIFORNIA);
    sides.remove('Lead', salesforce?.id ?? '');
    await sides.cycle();
    await sides.edit(personId, { State: 'Texas' });
    await startList(sides.ports, { personIds: [personId] }, { kind: 'unchanged' });
    for (let round = 0; round < 5 && sides.queue.waiting.length > 0; round += 1) {
      sides.clock.advance(60_000);
      await sides.merge();
    }
    const person = sides.person(personId);
    expect(person.salesforce?.id).not.toBe(salesforce?.id);
    expect(sides.record('Lead', person.salesforce?.id ?? '')).toMatchObject({ State: 'Texas', StateCode: 'TX' });
    expect(person).toMatchObject({ fields: { State: 'Texas', StateCode: 'TX' }, pending: {}, rejection: null });
  });

  test('has an edited state go out to the mailing address of a Contact', async () => {
    const sides = picklistSides();
    const { personId, salesforce } = await sides.linkedPerson(CALIFORNIA);
    const { contactId = '' } = sides.control('convert', { leadId: salesforce?.id }) as Record<string, string>;
    await sides.cycle();
    await sides.edit(personId, { State: 'Texas' });
    await sides.cycle();
    await sides.cycle();
    expect(sides.record('Contact', contactId)).toMatchObject({ MailingState: 'Texas', MailingStateCode: 'TX' });
    expect(sides.person(personId)).toMatchObject({ fields: { State: 'Texas', StateCode: 'TX' }, pending: {} });
  });

  test('has an edited state go out in a mass push too, where no code stands in its way', async () => {
    const sides = picklistSides();
    const { personId, salesforce } = await sides.linkedPerson(CALIFORNIA);
    await sides.edit(personId, { State: 'Texas' });
    await sides.queue.send([...packIds({ kind: 'pending', queuedAt: sides.clock.now(), mass: true }, [personId])]);
    expect((await sides.merge()).push).toMatchObject({ pushed: 1, error: null });
    expect(sides.record('Lead', salesforce?.id ?? '')).toMatchObject({ State: 'Texas', StateCode: 'TX' });
    expect(sides.person(personId)).toMatchObject({ fields: { State: 'Texas', StateCode: 'TX' }, pending: {} });
  });

  test('wins a conflict about the state with the text that was edited here', async () => {
    const sides = picklistSides();
    const { personId, salesforce } = await sides.linkedPerson(CALIFORNIA);
    await sides.edit(personId, { State: 'Texas' });
    sides.update('Lead', salesforce?.id ?? '', { StateCode: 'NV' });
    await sides.cycle();
    await sides.cycle();
    expect(sides.record('Lead', salesforce?.id ?? '')).toMatchObject({ State: 'Texas', StateCode: 'TX' });
    expect(sides.person(personId).fields).toMatchObject({ State: 'Texas', StateCode: 'TX' });
    const [conflict] = sides.logged(personId, 'conflict');
    expect(conflict?.detail).toMatchObject({ field: 'State', local: 'Texas', remote: 'Nevada', winner: 'local' });
  });

  test('has no code edited: the text is, and that is said', async () => {
    const sides = picklistSides();
    await sides.linkedPerson(CALIFORNIA);
    const { Lead, Contact } = await loadSchemas(sides.ports);
    const schemas = { Lead: Lead.schema, Contact: Contact.schema };
    const objects = { own: 'Lead', schemas, gone: new Set<string>(), undescribed: false } as const;
    expect(checkFields(objects, { StateCode: 'TX', State: 'Texas' }).problems).toEqual([
      { field: 'StateCode', reason: 'read-only: Salesforce derives it from State' },
    ]);
  });

  test('is told of a state that Salesforce does not offer', async () => {
    const sides = picklistSides();
    const { personId, salesforce } = await sides.linkedPerson(CALIFORNIA);
    await sides.edit(personId, { State: 'TX' });
    await sides.cycle();
    await sides.cycle();
    expect(sides.record('Lead', salesforce?.id ?? '')).toMatchObject({ State: 'California' });
    const person = sides.person(personId);
    expect(person.rejection).toMatchObject({ code: 'FIELD_INTEGRITY_EXCEPTION', fields: ['State'] });
    expect(Object.keys(person.pending)).toEqual(['State']);
  });

  test('is told of a country that has not got the state of the record', async () => {
    const sides = picklistSides();
    const { personId, salesforce } = await sides.linkedPerson(CALIFORNIA);
    await sides.edit(personId, { Country: 'Canada', Title: 'CTO' });
    await sides.cycle();
    await sides.cycle();
    const person = sides.person(personId);
    expect(person.rejection).toMatchObject({ code: 'FIELD_INTEGRITY_EXCEPTION' });
    expect(person.pending).toHaveProperty('Country');
    await sides.edit(personId, { State: 'Ontario' });
    await sides.sync(personId);
    const { id } = salesforce ?? { id: '' };
    expect(sides.record('Lead', id)).toMatchObject({ StateCode: 'ON', CountryCode: 'CA', Title: 'CTO' });
    expect(sides.person(personId).pending).toEqual({});
  });

  test('goes on where an org switches the picklists on under way', async () => {
    const sides = new TwoSides();
    const known = await sides.linkedPerson({ State: 'CA', Country: 'United States', Email: 'a@example.com' });
    const unknown = await sides.linkedPerson({ Country: 'Narnia', State: 'North', Email: 'b@example.com' });
    sides.control('features', { stateCountryPicklists: true });
    await sides.edit(known.personId, { State: 'Texas' });
    await sides.edit(unknown.personId, { Title: 'CTO' });
    for (let at = 0; at < 3; at += 1) await sides.cycle();
    expect(sides.record('Lead', known.salesforce?.id ?? '')).toMatchObject({ State: 'Texas', StateCode: 'TX' });
    expect(sides.person(known.personId)).toMatchObject({ fields: { State: 'Texas', StateCode: 'TX' }, pending: {} });
    expect(sides.record('Lead', unknown.salesforce?.id ?? '')).toMatchObject({ Title: 'CTO', Country: 'Narnia' });
    expect(sides.person(unknown.personId)).toMatchObject({
      fields: { Country: 'Narnia' },
      pending: {},
      rejection: null,
    });
  });
});
