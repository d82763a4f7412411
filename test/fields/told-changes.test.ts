import { expect, test } from 'vitest';
import { acceptField } from '../../lib/sync/operate/accept-field.ts';
import { purgeField } from '../../lib/sync/operate/purge-field.ts';
import { ChangingOrg } from './changing-org.ts';

test('the report of a field names the type that waits to be accepted, until it is accepted', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Score__c', { type: 'double' });
  const id = org.lead({ Score__c: 5 });
  await org.goodCycle();
  expect(await org.reportOf('Lead', 'Score__c')).toMatchObject({ retyped: null, gone: null });
  org.retypeField('Lead', 'Score__c', 'string', new Map([[id, 'five']]));
  await org.goodCycle();
  const retyped = { from: 'double', to: 'string', since: expect.any(String) };
  expect(await org.reportOf('Lead', 'Score__c')).toMatchObject({ direction: 'none', retyped, gone: null });
  await acceptField(org.ports, 'Lead', 'Score__c');
  expect(await org.reportOf('Lead', 'Score__c')).toMatchObject({ direction: 'both', retyped: null });
});

test.each(['Note__c', 'Phone'])(
  '%s that went out of sight is reported with what became of its values',
  async (name) => {
    const org = new ChangingOrg();
    org.addField('Lead', 'Note__c');
    org.lead({ [name]: '030 123' });
    await org.goodCycle();
    org.showField('Lead', name, false);
    await org.goodCycle();
    const gone = (purge: string) => ({ visible: false, gone: { since: expect.any(String), purge }, retyped: null });
    expect(await org.reportOf('Lead', name)).toMatchObject(gone('kept'));
    await purgeField(org.ports, 'Lead', name);
    expect(await org.reportOf('Lead', name)).toMatchObject(gone('running'));
    await org.goodCycle();
    expect(await org.reportOf('Lead', name)).toMatchObject(gone('done'));
    org.showField('Lead', name, true);
    await org.goodCycle();
    expect(await org.reportOf('Lead', name)).toMatchObject({ visible: true, direction: 'both', gone: null });
  },
);

test('a field that was never seen has nothing to remove', async () => {
  const org = new ChangingOrg();
  org.showField('Lead', 'Phone', false);
  await org.goodCycle();
  expect(await org.reportOf('Lead', 'Phone')).toMatchObject({ visible: false, gone: null });
});
