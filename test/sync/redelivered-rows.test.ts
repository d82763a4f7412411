import { expect, test } from 'vitest';
import type { Io } from '../fakes/io.ts';
import { TwoSides } from './two-sides.ts';

test('rows that are stored already cost one read for a whole batch that is delivered again, and no write', async () => {
  const sides = new TwoSides();
  sides.org.seed({ leads: 40, contacts: 20, seed: 1 });
  await sides.poll();
  const bodies = sides.queue.waiting.slice();
  await sides.merge();
  expect(sides.persons.all()).toHaveLength(60);
  const asked: string[] = [];
  const counting: Io = (name, effect) => {
    asked.push(name);
    return Promise.resolve(effect());
  };
  await sides.queue.send(bodies);
  const report = await sides.merge({ persons: sides.persons.through(counting) });
  expect(report).toMatchObject({ rows: 60, changed: 0, calls: 0, retry: [] });
  expect(asked).toEqual(['personStore.items']);
});
