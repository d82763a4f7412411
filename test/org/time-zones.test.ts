import { describe, expect, it } from 'vitest';
import { control, signIn, stillOrg } from './org-client.ts';

/** An org where it is ten in the morning in Greenwich, two at night in Los Angeles and eleven in the evening in Auckland. */
function zonedOrg(timeZone: string) {
  const org = stillOrg();
  control(org, 'POST time-zone', { client: 'lockstep', timeZone });
  return { org, client: signIn(org) };
}

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm */
describe('the time zone of a user', () => {
  it.each([
    ['GMT', ['YESTERDAY', 'TODAY', 'TODAY']],
    ['America/Los_Angeles', ['YESTERDAY', 'YESTERDAY', 'TODAY']],
    ['Pacific/Auckland', ['YESTERDAY', 'TODAY', 'TODAY']],
    ['Asia/Tokyo', ['YESTERDAY', 'TODAY', 'TODAY']],
  ])('%s says when the days of relative dates begin', (zone, days) => {
    const { org, client } = zonedOrg(zone);
    control(org, 'POST fields', { object: 'Lead', name: 'At__c', type: 'datetime' });
    const instants = ['2026-11-20T10:30:00Z', '2026-11-21T05:00:00Z', '2026-11-21T10:00:00Z'];
    const found = instants.map((At__c) => {
      const id = client.lead({ At__c });
      return ['YESTERDAY', 'TODAY'].find(
        (day) => client.query(`SELECT Id FROM Lead WHERE Id = '${id}' AND At__c = ${day}`).totalSize === 1,
      );
    });
    expect(found).toEqual(days);
  });

  it('moves the day of dates too', () => {
    const { org } = zonedOrg('Pacific/Auckland');
    org.clock.advance(2 * 3600);
    const client = signIn(org);
    control(org, 'POST fields', { object: 'Lead', name: 'Day__c', type: 'date' });
    client.lead({ Day__c: '2026-11-22' });
    expect(client.query('SELECT Id FROM Lead WHERE Day__c = TODAY').totalSize).toBe(1);
    expect(signIn(org, 'admin').query('SELECT Id FROM Lead WHERE Day__c = TOMORROW').totalSize).toBe(1);
  });

  it('shows in the identity and in the row of the user', () => {
    const { org, client } = zonedOrg('America/Los_Angeles');
    const { id } = org.state.standard.lockstep;
    expect(client.query(`SELECT TimeZoneSidKey FROM User WHERE Id = '${id}'`).records?.[0]?.TimeZoneSidKey).toBe(
      'America/Los_Angeles',
    );
    const { body } = client.get('/services/oauth2/userinfo');
    expect(body).toMatchObject({ zoneinfo: 'America/Los_Angeles', utcOffset: -28_800_000 });
  });

  it('must be one that the org offers', () => {
    expect(control(stillOrg(), 'POST time-zone', { client: 'admin', timeZone: 'Mars/Olympus' }).status).toBe(400);
  });
});
