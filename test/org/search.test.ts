import { describe, expect, it } from 'vitest';
import { signIn, stillOrg } from './org-client.ts';

function orgWithPeople() {
  const client = signIn(stillOrg());
  const lead = client.lead({ Email: 'ada@example.com', Company: 'Analytical Engines' });
  const contact = String(client.post('/sobjects/Contact', { LastName: 'Byron', Email: 'ada@example.com' }).body.id);
  const deleted = client.lead({ Email: 'ada@example.com' });
  client.delete(`/sobjects/Lead/${deleted}`);
  return { client, lead, contact };
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_search_parameterized_get.htm */
describe('parameterized search', () => {
  it('finds people of several objects by their address', () => {
    const { client, lead, contact } = orgWithPeople();
    const path = '/parameterizedSearch?q=ADA%40example.com&in=EMAIL&sobject=Lead&sobject=Contact&Lead.fields=Id,Email';
    const { body } = client.get(path);
    expect(body.searchRecords).toEqual([
      { attributes: expect.objectContaining({ type: 'Lead' }), Id: lead, Email: 'ada@example.com' },
      { attributes: expect.objectContaining({ type: 'Contact' }), Id: contact },
    ]);
  });

  it('takes the same as a body', () => {
    const { client, lead } = orgWithPeople();
    const search = { q: 'analytical', in: 'ALL', fields: ['Company'], sobjects: [{ name: 'Lead', limit: 5 }] };
    expect(client.post('/parameterizedSearch', search).body.searchRecords).toMatchObject([
      { Id: lead, Company: 'Analytical Engines' },
    ]);
  });

  it.each([
    ['anal*', 1],
    ['anal', 0],
    ['engine?', 1],
    ['ada@*', 1],
  ])('finds with %s so many: %i', (term, count) => {
    const { client } = orgWithPeople();
    const { body } = client.get(`/parameterizedSearch?q=${encodeURIComponent(term)}&sobject=Lead`);
    expect(body.searchRecords).toHaveLength(count);
  });

  it('needs two characters', () => {
    const { client } = orgWithPeople();
    expect(client.get('/parameterizedSearch?q=a').body[0]?.errorCode).toBe('MALFORMED_SEARCH');
  });
});

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_syntax.htm */
describe('SOSL', () => {
  const find = (sosl: string) => orgWithPeople().client.get(`/search?q=${encodeURIComponent(sosl)}`);

  it.each([
    ['FIND {ada@example.com} IN EMAIL FIELDS RETURNING Lead(Id, Email), Contact(Id)', 2],
    ['FIND {ada@example.com} IN EMAIL FIELDS RETURNING Contact', 1],
    ['FIND {Byron} IN NAME FIELDS RETURNING Lead(Id), Contact(Id LIMIT 1)', 1],
    ['FIND {ada@example.com}', 2],
    ['FIND {ada@example.com} LIMIT 1', 1],
  ])('%s finds %i', (sosl, count) => {
    expect(find(sosl).body.searchRecords).toHaveLength(count);
  });

  it('returns the fields that it is asked for, and no others', () => {
    const { client, lead } = orgWithPeople();
    const find = (returning: string) =>
      client.get(`/search?q=${encodeURIComponent(`FIND {Lovelace} RETURNING ${returning}`)}`);
    const attributes = expect.objectContaining({ type: 'Lead' });
    expect(find('Lead(Company)').body.searchRecords).toEqual([{ attributes, Company: 'Analytical Engines' }]);
    expect(find('Lead').body.searchRecords).toEqual([{ attributes, Id: lead }]);
  });

  it.each([
    'LOOK FOR ada',
    'FIND {ada} WITH DIVISION = x',
    'FIND {ada AND} RETURNING Lead',
    'FIND {(ada} RETURNING Lead',
    'FIND {ada NOT byron}',
  ])('refuses %s', (sosl) => {
    expect(find(sosl)).toMatchObject({ status: 400, body: [{ errorCode: 'MALFORMED_SEARCH' }] });
  });

  it('refuses a condition that SOQL refuses', () => {
    expect(find('FIND {ada} RETURNING Lead(Id WHERE Nope__c = 1)')).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_FIELD' }],
    });
  });
});

describe('what a search looks for', () => {
  function found(sosl: string): string[] {
    const client = signIn(stillOrg());
    for (const [at, [LastName, Company]] of [
      ['Lovelace', 'Analytical Engines'],
      ['Babbage', 'Difference Engines'],
      ['Menabrea', 'Analytical Notes, Turin'],
    ].entries()) {
      client.lead({ LastName, Company, NumberOfEmployees: at * 10, Email: `p${at}@example.com` });
    }
    const { searchRecords } = client.get(`/search?q=${encodeURIComponent(sosl)}`).body;
    return searchRecords?.map(({ LastName }) => String(LastName)) ?? [];
  }

  /** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_find.htm */
  it.each([
    ['analytical AND engines', ['Lovelace']],
    ['analytical engines', ['Lovelace']],
    ['"analytical engines"', ['Lovelace']],
    ['"engines analytical"', []],
    ['lovelace OR babbage', ['Lovelace', 'Babbage']],
    ['engines AND NOT analytical', ['Babbage']],
    ['menabrea OR lovelace AND engines', ['Lovelace', 'Menabrea']],
    ['(menabrea OR lovelace) AND engines', ['Lovelace']],
    ['anal* AND turin', ['Menabrea']],
    ['p1@example.com', ['Babbage']],
    ['notes\\, turin', ['Menabrea']],
  ])('{%s} finds %j', (term, names) => {
    expect(found(`FIND {${term}} RETURNING Lead(LastName)`)).toEqual(names);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_returning.htm */
  it.each([
    ["LastName WHERE Company LIKE 'Anal%'", ['Lovelace', 'Menabrea']],
    ['LastName WHERE NumberOfEmployees > 5 ORDER BY LastName DESC', ['Menabrea', 'Babbage']],
    ['LastName ORDER BY NumberOfEmployees DESC LIMIT 2', ['Menabrea', 'Babbage']],
    ['LastName ORDER BY LastName LIMIT 1 OFFSET 1', ['Lovelace']],
    ["LastName WHERE LastName IN ('Babbage', 'Turin') LIMIT 5", ['Babbage']],
    [
      'LastName WHERE SystemModstamp > 2026-01-01T00:00:00Z ORDER BY SystemModstamp',
      ['Lovelace', 'Babbage', 'Menabrea'],
    ],
  ])('RETURNING Lead(%s) returns %j', (inner, names) => {
    expect(found(`FIND {engines OR notes} RETURNING Lead(${inner})`)).toEqual(names);
  });
});
