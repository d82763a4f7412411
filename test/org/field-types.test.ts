import { describe, expect, it } from 'vitest';
import { control, signIn, stillOrg } from './org-client.ts';

/** An org with a field of every type that a rule is tried on. */
function typedOrg() {
  const org = stillOrg();
  const fields = [
    { name: 'Score__c', type: 'double', precision: 5, scale: 2 },
    { name: 'Count__c', type: 'number', precision: 4, scale: 0 },
    { name: 'Born__c', type: 'date' },
    { name: 'Seen__c', type: 'datetime' },
    { name: 'Vip__c', type: 'checkbox' },
    { name: 'Tier__c', type: 'picklist', values: ['Gold', 'Silver'] },
    { name: 'Tags__c', type: 'multipicklist', values: ['a', 'b', 'c'] },
    { name: 'Notes__c', type: 'longtextarea', length: 1000 },
  ];
  for (const field of fields) control(org, 'POST fields', { object: 'Lead', ...field });
  return org;
}

function saved(field: string, value: unknown): unknown {
  const client = signIn(typedOrg());
  return client.get(`/sobjects/Lead/${client.lead({ [field]: value })}`).body[field];
}

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm */
describe('what a field type stores', () => {
  it.each([
    ['Title', '  CTO  ', 'CTO'],
    ['Title', '   ', null],
    ['Title', '', null],
    ['Title', 42, '42'],
    ['Email', ' Ada.LOVELACE@Example.COM ', 'ada.lovelace@example.com'],
    ['Phone', ' (020) 555-1 ', '(020) 555-1'],
    ['Website', 'example.com/x', 'example.com/x'],
    ['Score__c', 1.005, 1.01],
    ['Score__c', -1.235, -1.24],
    ['Score__c', '12.5', 12.5],
    ['Score__c', 0.001, 0],
    ['Count__c', 2.5, 3],
    ['NumberOfEmployees', 12, 12],
    ['Born__c', '2000-02-29', '2000-02-29'],
    ['Seen__c', '2026-11-21T12:30:45.678+02:00', '2026-11-21T10:30:45.000+0000'],
    ['Seen__c', '2026-11-21T12:30:45+0200', '2026-11-21T10:30:45.000+0000'],
    ['Vip__c', 'TRUE', true],
    ['Tier__c', 'gold', 'Gold'],
    ['LeadSource', 'Something new', 'Something new'],
    ['Tags__c', 'c;a;c', 'a;c'],
    ['Tags__c', '', null],
    ['Notes__c', 'line 1\nline 2', 'line 1\nline 2'],
  ])('%s takes %j and holds %j', (field, given, held) => {
    expect(saved(field, given)).toBe(held);
  });
});

/** https://help.salesforce.com/apex/HTViewSolution?id=000240417 */
it('counts a line break of a text area as two characters', () => {
  const client = signIn(typedOrg());
  const id = client.lead({ Notes__c: `${'x'.repeat(997)}\n${'x'}` });
  const { body } = client.patch(`/sobjects/Lead/${id}`, { Notes__c: `${'x'.repeat(998)}\n${'x'}` });
  expect(body).toMatchObject([{ errorCode: 'STRING_TOO_LONG', fields: ['Notes__c'] }]);
});

/** https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm */
describe('what a field type refuses', () => {
  it.each([
    ['Title', 'x'.repeat(129), 'STRING_TOO_LONG', `Title: data value too large: ${'x'.repeat(129)} (max length=128)`],
    ['Email', 'nonsense', 'INVALID_EMAIL_ADDRESS', 'Email: invalid email address: nonsense'],
    ['Email', 'a..b@example.com', 'INVALID_EMAIL_ADDRESS', 'Email: invalid email address: a..b@example.com'],
    ['Email', 'a b@example.com', 'INVALID_EMAIL_ADDRESS', 'Email: invalid email address: a b@example.com'],
    ['Email', 'a@localhost', 'INVALID_EMAIL_ADDRESS', 'Email: invalid email address: a@localhost'],
    ['Score__c', 1000, 'NUMBER_OUTSIDE_VALID_RANGE', 'Score: value outside of valid range on numeric field: 1000'],
    [
      'Tier__c',
      'Bronze',
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'Tier: bad value for restricted picklist field: Bronze',
    ],
    ['Tags__c', 'a;z', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'Tags: bad value for restricted picklist field: z'],
    ['OwnerId', 'nonsense', 'MALFORMED_ID', 'Owner ID: id value of incorrect type: nonsense'],
    // https://salesforce.stackexchange.com/questions/339236
    ['Born__c', '1699-12-31', 'FIELD_INTEGRITY_EXCEPTION', 'Born: invalid date: 1699-12-31'],
    ['Born__c', '4001-01-01', 'FIELD_INTEGRITY_EXCEPTION', 'Born: invalid date: 4001-01-01'],
  ])('%s refuses %j with %s', (field, value, errorCode, message) => {
    const client = signIn(typedOrg());
    const { status, body } = client.post('/sobjects/Lead', { LastName: 'L', Company: 'C', [field]: value });
    expect(status).toBe(400);
    expect(body).toEqual([{ errorCode, message, fields: [field] }]);
  });

  it.each([
    ['Score__c', 'many', 'Cannot deserialize instance of double from VALUE_STRING value many'],
    ['Score__c', true, 'Cannot deserialize instance of double from VALUE_TRUE value true'],
    ['NumberOfEmployees', 1.5, 'Cannot deserialize instance of int from VALUE_NUMBER_FLOAT value 1.5'],
    [
      'Born__c',
      '2000-02-29T23:00:00Z',
      'Cannot deserialize instance of date from VALUE_STRING value 2000-02-29T23:00:00Z',
    ],
    ['Born__c', '29.02.2000', 'Cannot deserialize instance of date from VALUE_STRING value 29.02.2000'],
    ['Born__c', '2001-02-29', 'Cannot deserialize instance of date from VALUE_STRING value 2001-02-29'],
    ['Seen__c', '2026-11-21', 'Cannot deserialize instance of datetime from VALUE_STRING value 2026-11-21'],
    ['Vip__c', null, 'Cannot deserialize instance of boolean from VALUE_NULL value null'],
    ['Vip__c', 'yes', 'Cannot deserialize instance of boolean from VALUE_STRING value yes'],
    ['Vip__c', 1, 'Cannot deserialize instance of boolean from VALUE_NUMBER_INT value 1'],
    ['Tags__c', ['a'], 'Cannot deserialize instance of multipicklist from START_ARRAY value ['],
    ['Title', { text: 'x' }, 'Cannot deserialize instance of string from START_OBJECT value {'],
  ])('%s cannot read %j', (field, value, message) => {
    const client = signIn(typedOrg());
    const { status, body } = client.post('/sobjects/Lead', { LastName: 'L', Company: 'C', [field]: value });
    expect([status, body[0]?.errorCode]).toEqual([400, 'JSON_PARSER_ERROR']);
    expect(body[0]?.message).toContain(message);
  });

  /** A third member, as quoted in https://salesforce.stackexchange.com/questions/54882: the comma before the member. */
  it('says at which member of the body it could not read a value', () => {
    const client = signIn(typedOrg());
    const { body } = client.post('/sobjects/Lead', {
      FirstName: 'Doug',
      LastName: 'Proctor (testing)',
      Tags__c: ['a'],
    });
    expect(body).toEqual([
      {
        errorCode: 'JSON_PARSER_ERROR',
        message: 'Cannot deserialize instance of multipicklist from START_ARRAY value [line:1, column:51]',
      },
    ]);
  });

  it('tells of all fields that it refuses at once', () => {
    const client = signIn(typedOrg());
    const { body } = client.post('/sobjects/Lead', { LastName: 'L', Email: 'x', Title: 'y'.repeat(200) });
    expect(body.map((error) => error.errorCode)).toEqual(['INVALID_EMAIL_ADDRESS', 'STRING_TOO_LONG']);
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm */
describe('references', () => {
  it.each([
    ['a record that is not there', '0055g00000zzzzz', 'INVALID_CROSS_REFERENCE_KEY'],
    ['a record of another object', '0015g0000000001', 'MALFORMED_ID'],
  ])('refuse %s', (_what, id, errorCode) => {
    const client = signIn(typedOrg());
    expect(client.post('/sobjects/Lead', { LastName: 'L', Company: 'C', OwnerId: id }).body[0]).toMatchObject({
      errorCode,
    });
  });

  it('refuse an owner who is not active', () => {
    const org = typedOrg();
    const owner = org.state.standard.inactive.id;
    const { body } = signIn(org).post('/sobjects/Contact', { LastName: 'L', OwnerId: owner });
    expect(body[0]).toMatchObject({
      errorCode: 'INACTIVE_OWNER_OR_USER',
      message: `operation performed with inactive user [${owner}] as owner of contact`,
    });
  });

  it('let a queue own a Lead but no Contact', () => {
    const org = typedOrg();
    const client = signIn(org);
    const OwnerId = org.state.standard.queues[0]?.id;
    expect(client.get(`/sobjects/Lead/${client.lead({ OwnerId })}`).body.OwnerId).toBe(OwnerId);
    expect(client.post('/sobjects/Contact', { LastName: 'L', OwnerId }).body[0]?.errorCode).toBe('MALFORMED_ID');
    expect(client.query("SELECT Owner.Type FROM Lead WHERE Owner.Name = 'Inbound Leads'").totalSize).toBe(1);
  });
});

describe('unique external ids', () => {
  /** https://help.salesforce.com/s/articleView?id=platform.custom_field_attributes.htm */
  it('refuse a value that another record has, whatever its case', () => {
    const client = signIn(typedOrg());
    const id = client.lead({ Person_Id__c: 'abc' });
    const { status, body } = client.post('/sobjects/Lead', { LastName: 'L', Company: 'C', Person_Id__c: 'ABC' });
    expect(status).toBe(400);
    expect(body[0]).toMatchObject({
      errorCode: 'DUPLICATE_VALUE',
      message: `duplicate value found: Person_Id__c duplicates value on record with id: ${id.slice(0, 15)}`,
    });
  });
});
