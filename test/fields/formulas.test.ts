import { describe, expect, test } from 'vitest';
import { ChangingOrg } from './changing-org.ts';

const DAY_MS = 86_400_000;

describe('formulas', () => {
  /** A Lead with a formula over a field that can be changed without a stamp, as a formula over another object can. */
  async function withFormula() {
    const org = new ChangingOrg();
    org.addField('Lead', 'Points__c', { type: 'double', read: false });
    org.addField('Lead', 'Doubled__c', { type: 'double', formula: 'Points__c * 2' });
    const ids = [org.lead({ Points__c: 1 }), org.lead({ Points__c: 2 })];
    await org.goodCycle();
    return { org, ids };
  }

  test('are read from every record once a day, at one call to count and one for each 2,000 records', async () => {
    const { org, ids } = await withFormula();
    expect(ids.map((id) => org.value(id, 'Doubled__c'))).toEqual([2, 4]);
    org.clock.advance(DAY_MS / 2);
    await org.goodCycle();
    org.fillSilently('Lead', 'Points__c', new Map(ids.map((id) => [id, 5])));
    await org.goodCycle();
    expect((await org.status()).jobs).toEqual([]);
    expect(ids.map((id) => org.value(id, 'Doubled__c'))).toEqual([2, 4]);
    org.clock.advance(DAY_MS / 2);
    const report = await org.goodCycle();
    expect(ids.map((id) => org.value(id, 'Doubled__c'))).toEqual([10, 10]);
    expect(report).toMatchObject({ calls: 3, backfilled: 2 });
    expect((await org.status()).jobs).toMatchObject([
      { reason: 'formulas', fields: ['Doubled__c'], announcedCalls: 2, calls: 2, rows: 2 },
    ]);
    expect((await org.goodCycle()).calls).toBe(1);
  });

  test('that did not change cost no write', async () => {
    const { org, ids } = await withFormula();
    const versions = () => ids.map((id) => org.personOf(id).version);
    const before = versions();
    org.clock.advance(DAY_MS);
    expect(await org.goodCycle()).toMatchObject({ backfilled: 2 });
    expect(versions()).toEqual(before);
  });

  test('that became empty are emptied', async () => {
    const { org, ids } = await withFormula();
    org.fillSilently('Lead', 'Points__c', new Map(ids.map((id) => [id, null])));
    org.clock.advance(DAY_MS);
    await org.goodCycle();
    expect(ids.map((id) => org.value(id, 'Doubled__c') ?? null)).toEqual(
      ids.map((id) => org.record('Lead', id).Doubled__c ?? null),
    );
  });
});

describe('a window of many pages', () => {
  test('goes on without a field that is hidden between two of them, in the same cycle', async () => {
    const org = new ChangingOrg();
    org.addField('Lead', 'Score__c', { type: 'double' });
    org.org.seed({ leads: 4_500, contacts: 0, seed: 3 });
    let pages = 0;
    org.client.hooks.after = (subrequests) => {
      if (!subrequests.some(({ path }) => decodeURIComponent(path).includes('ORDER BY SystemModstamp'))) return;
      pages += 1;
      if (pages === 1) org.showField('Lead', 'Score__c', false);
    };
    const report = await org.goodCycle();
    expect(report).toMatchObject({ outcome: 'complete', pulled: { Lead: 4_500 } });
    expect(org.persons.all()).toHaveLength(4_500);
    expect((await org.status()).schemaProblems).toEqual([
      expect.stringMatching(/^Lead\.Score__c has not been visible/),
    ]);
  });
});
