import { expect, test } from 'vitest';
import { createConnectingClient } from '../../lib/salesforce/connecting-client.ts';
import { createSalesforceChangeFeed } from '../../lib/salesforce/salesforce-change-feed.ts';
import { createSalesforceRecords } from '../../lib/salesforce/salesforce-records.ts';
import { admitOrganization } from '../../lib/sync/context/admit-organization.ts';
import { ConfigError } from '../../lib/sync/errors.ts';
import { readSyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { InMemorySyncStateStore } from '../fakes/in-memory-sync-state-store.ts';
import { TwoSides } from './two-sides.ts';

function unreachable(message: string) {
  const client = createConnectingClient(async () => {
    throw new ConfigError(message);
  });
  return { feed: createSalesforceChangeFeed(client), records: createSalesforceRecords(client) };
}

test('a secret that cannot be read stands in the status, and no row or edit is lost by it', async () => {
  const sides = new TwoSides();
  const { personId, salesforce } = await sides.linkedPerson();
  await sides.edit(personId, { Title: 'CTO' });
  sides.update('Lead', salesforce?.id ?? '', { Phone: '1' });
  await sides.poll();
  const over = unreachable('secret lockstep/salesforce does not exist');
  const { retry, push } = await sides.merge(over);
  expect(retry).toEqual([]);
  expect(push.error).toBeInstanceOf(ConfigError);
  expect(sides.person(personId)).toMatchObject({ fields: { Phone: '1' }, rejection: null, lease: null });
  await sides.poll(over);
  const { lastCycle } = await readSyncStatus(sides.ports, ['Lead', 'Contact'], EMPTY_QUEUES);
  expect(lastCycle).toMatchObject({
    outcome: 'failed',
    error: { message: 'secret lockstep/salesforce does not exist' },
  });
  await sides.cycle();
  expect(sides.record('Lead', salesforce?.id ?? '').Title).toBe('CTO');
});

test('a store works with the org that it belongs to, and with no other', async () => {
  const state = new InMemorySyncStateStore();
  await admitOrganization(state, '00D000000000001EAA');
  await admitOrganization(state, '00D000000000001EAA');
  await expect(admitOrganization(state, '00D000000000002EAA')).rejects.toThrow(
    'sign in to the org 00D000000000002EAA, and the table belongs to 00D000000000001EAA',
  );
});
