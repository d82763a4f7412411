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

  it('refuses what it cannot read', () => {
    expect(find('LOOK FOR ada')).toMatchObject({ status: 400, body: [{ errorCode: 'MALFORMED_SEARCH' }] });
  });
});
