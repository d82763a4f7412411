import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allRows, differences, differencesIn } from './compare-sides.ts';
import { eventually, lastCycle, type RunningSandbox, runSandbox, wholeCycles } from './running-sandbox.ts';

const SEEDED = 2000;
let sides: RunningSandbox;

beforeAll(async () => {
  sides = await runSandbox({ seedRecords: SEEDED, cycleSeconds: 2, lagSeconds: 2, lookbackSeconds: 600 });
});
afterAll(() => sides?.close());

/** In how many cycles it came about, those under way at both ends included. */
async function cyclesUntil(done: () => Promise<boolean>): Promise<number> {
  const before = await lastCycle(sides.api);
  await eventually(done);
  return (await lastCycle(sides.api)) - before;
}

describe('two systems in step', () => {
  test('every seeded record is in the store after the first cycle', async () => {
    const rows = await allRows(sides);
    expect(rows).toHaveLength(SEEDED);
    await eventually(async () => (await differencesIn(sides, rows.slice(-20))).length === 0);
    await eventually(async () => (await sides.api.status()).backlog.messages === 0);
    expect(await differences(sides)).toEqual([]);
  });

  test('an idle cycle costs at most two Salesforce requests, and writes nothing', async () => {
    await wholeCycles(sides.api, 1);
    const before = await sides.admin.stats();
    const cycle = await lastCycle(sides.api);
    await wholeCycles(sides.api, 2);
    const after = await sides.admin.stats();
    const cycles = (await lastCycle(sides.api)) - cycle;
    expect(after.requests - before.requests).toBeLessThanOrEqual(2 * (cycles + 1));
    expect(after.recordsUpdated).toBe(before.recordsUpdated);
  });

  test('an edit in the org reaches the person, an edit of the person reaches the org, then all is quiet', async () => {
    const { api, admin } = sides;
    const rows = await allRows(sides);
    for (const type of ['Lead', 'Contact'] as const) {
      const row = rows.find((each) => each.type === type);
      if (row === undefined) throw new Error(`no ${type}`);
      const [person] = await api.personsWithEmail(String(row.Email));
      if (person === undefined) throw new Error(`no person for ${row.Id}`);
      await admin.update(type, row.Id, { Title: 'Edited there' });
      const pulled = await cyclesUntil(async () => (await api.person(person.personId)).fields.Title === 'Edited there');
      // Two cycles, one that was under way, and the next, which may end before the queue's batch is merged.
      expect(pulled).toBeLessThanOrEqual(4);
      await api.edit(person.personId, { Phone: '+49 555 010', Description: 'Edited here' });
      const pushed = await cyclesUntil(async () => (await admin.record(type, row.Id)).Description === 'Edited here');
      expect(pushed).toBeLessThanOrEqual(3);
      expect((await admin.record(type, row.Id)).Phone).toBe('+49 555 010');
    }
    await wholeCycles(api, 1);
    const before = await admin.stats();
    await wholeCycles(api, 5);
    expect(await admin.stats()).toMatchObject({ recordsUpdated: before.recordsUpdated, recordsCreated: 0 });
    expect(await differencesIn(sides, (await allRows(sides)).slice(0, 100))).toEqual([]);
  });
});
