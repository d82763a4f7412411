import { expect, test } from 'vitest';
import { InMemorySyncStateStore } from '../fakes/in-memory-sync-state-store.ts';
import { TwoSides } from './two-sides.ts';

const EMAILS = ['ada@example.com', 'alan@example.com', 'grace@example.com', 'kurt@example.com'];

test('a lost checkpoint starts a first sync: every change of both sides arrives, and nobody is made twice', async () => {
  const sides = new TwoSides();
  const ids = EMAILS.map((Email) => sides.insert('Lead', { LastName: 'Person', Company: 'Example', Email }));
  await sides.cycle();
  await sides.cycle();
  const [edited = '', changed = '', deleted = ''] = ids;
  await sides.edit(`sf-${edited}`, { Title: 'Edited here' });
  sides.update('Lead', changed, { Title: 'Changed there' });
  sides.remove('Lead', deleted);
  sides.clock.advance(3 * 3_600_000);

  // All of the state of the sync is gone: checkpoints, schemas, cycles.
  const state = new InMemorySyncStateStore();
  const first = await sides.poll({ state });
  expect(first).toMatchObject({ kind: 'cycle', report: { outcome: 'complete', pulled: { Lead: EMAILS.length } } });
  await sides.merge({ state });

  expect(sides.persons.all().filter(({ salesforce }) => salesforce !== null)).toHaveLength(EMAILS.length);
  expect(sides.record('Lead', edited).Title).toBe('Edited here');
  expect(sides.personOf(changed).fields.Title).toBe('Changed there');
  expect(sides.personOf(deleted).salesforce?.isDeleted).toBe(true);

  await sides.poll({ state });
  await sides.merge({ state });
  await sides.poll({ state });
  expect(await sides.merge({ state })).toMatchObject({ changed: 0, push: { pushed: 0 } });
});
