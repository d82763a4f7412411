import { expect, test } from 'vitest';
import { readFieldStatus } from '../../lib/sync/operate/field-status.ts';
import { readSyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { TwoSides } from '../sync/two-sides.ts';

const OBJECTS = ['Lead', 'Contact'] as const;
const OPT_OUTS = ['HasOptedOutOfEmail', 'HasOptedOutOfFax', 'DoNotCall'] as const;

test('opt-outs that the sync user never saw are told as access that it needs, with what does not work', async () => {
  const sides = new TwoSides();
  for (const object of OBJECTS) {
    for (const field of OPT_OUTS) sides.control('field-access', { object, field, read: false, edit: false });
  }
  const poll = await sides.poll();
  expect(poll).toMatchObject({ kind: 'cycle', missingPermissions: OBJECTS.length * OPT_OUTS.length });
  const { schemaProblems } = await readSyncStatus(sides.ports, OBJECTS, EMPTY_QUEUES);
  expect(schemaProblems).toContainEqual(
    'Contact.HasOptedOutOfEmail is not visible to the sync user: whoever opted out of mail in Salesforce is not known here, nor the other way round',
  );
  const { Lead } = await readFieldStatus(sides.ports, OBJECTS);
  expect(Lead?.missingPermissions.map(({ apiName }) => apiName)).toEqual(OPT_OUTS);
  expect(Lead?.fields.find(({ field }) => field === 'DoNotCall')?.why).toContain('opted out of calls');
});

test('opt-outs that the sync user may only read are told too', async () => {
  const sides = new TwoSides();
  sides.control('field-access', { object: 'Lead', field: 'DoNotCall', read: true, edit: false });
  await sides.poll();
  const { schemaProblems } = await readSyncStatus(sides.ports, OBJECTS, EMPTY_QUEUES);
  expect(schemaProblems).toEqual([
    'Lead.DoNotCall is not editable by the sync user: whoever opts out of calls here is not known in Salesforce',
  ]);
});
