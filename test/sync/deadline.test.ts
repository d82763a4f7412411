import { describe, expect, test } from 'vitest';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import { TransientError } from '../../lib/sync/errors.ts';
import { storeWith } from './store-with.ts';
import { TwoSides } from './two-sides.ts';

/** Time for so many askings, then none. */
function timeFor(runs: number): () => number {
  let left = runs;
  return () => {
    left -= 1;
    return left >= 0 ? 600_000 : 0;
  };
}

function withLeads(count: number): TwoSides {
  const sides = new TwoSides();
  for (let at = 0; at < count; at += 1) sides.insert('Lead', { LastName: `Lead ${at}`, Company: 'Analytical Engines' });
  return sides;
}

describe('a merge whose time ends', () => {
  test('hands back what it did not begin, as it was and without an error', async () => {
    const sides = withLeads(5);
    await sides.poll();
    const before = sides.queue.waiting;
    const report = await sides.merge({}, timeFor(0));
    expect(report).toMatchObject({ retry: ['m1'], suspects: [], changed: 0, error: null });
    expect(sides.queue.waiting).toEqual([...before]);
    expect(await sides.merge()).toMatchObject({ retry: [], changed: 5 });
  });

  test('at any point keeps what is done and hands back the rest, until all is merged once', async () => {
    for (let runs = 1; runs < 12; runs += 1) {
      const sides = withLeads(8);
      await sides.poll();
      const first = await sides.merge({}, timeFor(runs));
      expect(first).toMatchObject({ suspects: [], error: null });
      // One message at most: the rest stays together.
      expect(sides.queue.waiting.length).toBeLessThanOrEqual(1);
      let changed = first.changed;
      for (let again = 0; again < 10 && sides.queue.waiting.length > 0; again += 1) {
        changed += (await sides.merge()).changed;
      }
      expect(changed).toBe(8);
      expect(sides.persons.all()).toHaveLength(8);
    }
  });

  test('before its pushes hands the persons on to another', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson();
    await sides.edit(personId, { Title: 'Countess' });
    await sides.poll();
    const report = await sides.merge({}, timeFor(0));
    expect(report).toMatchObject({ retry: [], push: { pushed: 0, late: { guarded: [personId] }, error: null } });
    const waiting = sides.queue.waiting.map((body) => parseChangeMessage(body));
    expect(waiting).toMatchObject([{ kind: 'pending', personIds: [personId] }]);
    expect(await sides.merge()).toMatchObject({ push: { pushed: 1 } });
  });

  test('between two pushes pushes nobody twice and leaves nobody out', async () => {
    const sides = new TwoSides();
    const count = 60;
    for (let at = 0; at < count; at += 1) sides.insert('Lead', { LastName: `Lead ${at}`, Company: 'Engines' });
    await sides.cycle();
    for (const { personId } of sides.persons.all()) await sides.edit(personId, { Title: 'Countess' });
    await sides.poll();
    const pushed: number[] = [];
    for (let again = 0; again < 20 && sides.queue.waiting.length > 0; again += 1) {
      pushed.push((await sides.merge({}, timeFor(2))).push.pushed);
    }
    expect(pushed.filter((some) => some > 0).length).toBeGreaterThan(1);
    expect(pushed.reduce((sum, some) => sum + some, 0)).toBe(count);
  });
});

describe('an outage', () => {
  const throttled = new TransientError('Throttled', 'later');

  test('of the store costs no message a try, and takes none apart', async () => {
    const sides = withLeads(5);
    await sides.poll();
    const items = () => Promise.reject(throttled);
    const report = await sides.merge({ persons: storeWith(sides.persons, { items }) });
    expect(report).toMatchObject({ retry: ['m1'], suspects: [], error: throttled });
    expect(sides.queue.waiting).toHaveLength(1);
  });

  test('beside a row that fails for good: the outage has its message, the row one of its own', async () => {
    const sides = withLeads(4);
    await sides.poll();
    const persons = storeWith(sides.persons, {
      create: (person) => {
        if (person.fields.LastName === 'Lead 0') throw new Error('cannot be stored');
        if (person.fields.LastName !== 'Lead 1') throw throttled;
        return sides.persons.create(person);
      },
    });
    expect(await sides.merge({ persons })).toMatchObject({ retry: [], changed: 1 });
    const rows = sides.queue.waiting.map((body) => {
      const message = parseChangeMessage(body);
      return message?.kind === 'rows' ? message.rows.length : 0;
    });
    expect(rows).toHaveLength(2);
    expect(new Set(rows)).toEqual(new Set([1, 2]));
    const again = await sides.merge({ persons });
    expect(again.suspects).toHaveLength(1);
  });
});

describe('rows of messages too old to count', () => {
  test('are read together, however many messages they came in', async () => {
    const sides = new TwoSides();
    await sides.linkedPerson();
    for (let at = 0; at < 6; at += 1) {
      const id = sides.insert('Lead', { LastName: `Lead ${at}`, Company: 'Analytical Engines' });
      const message = { kind: 'refresh', type: 'Lead', queuedAt: sides.clock.now(), ids: [id] };
      await sides.queue.send([JSON.stringify(message)]);
    }
    expect(sides.queue.waiting).toHaveLength(6);
    expect(await sides.merge()).toMatchObject({ rows: 6, changed: 6, calls: 1 });
  });
});
