import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, type SyncPolicy } from '../../lib/schema/sync-policy.ts';
import { TwoSides } from './two-sides.ts';

const ADA = { FirstName: 'Ada', LastName: 'Lovelace', Company: 'Analytical Engines' };

/** An org whose rule matches Leads by company, and the Lead that is there already. */
async function ruledOrg(action: 'alert' | 'block', policy: Partial<SyncPolicy> = {}) {
  const sides = new TwoSides({ ...DEFAULT_POLICY, ...policy });
  const known = sides.insert('Lead', { LastName: 'Babbage', Company: ADA.Company });
  sides.control('duplicate-rules', { object: 'Lead', matchOn: ['Company'], action });
  return { sides, known };
}

describe('an edit that a duplicate rule matches', () => {
  async function editedPerson(action: 'alert' | 'block') {
    const { sides } = await ruledOrg(action);
    const { personId, salesforce } = await sides.linkedPerson({ Company: 'Another' });
    await sides.edit(personId, { Company: ADA.Company });
    return { sides, personId, leadId: salesforce?.id ?? '' };
  }

  test.each(['background', 'sync person'] as const)('is saved where the rule only warns: %s', async (by) => {
    const { sides, personId, leadId } = await editedPerson('alert');
    await (by === 'background' ? sides.cycle() : sides.sync(personId));
    expect(sides.person(personId).rejection).toBeNull();
    expect(sides.record('Lead', leadId).Company).toBe(ADA.Company);
  });

  test.each(['background', 'sync person'] as const)('is rejected where the rule blocks: %s', async (by) => {
    const { sides, personId, leadId } = await editedPerson('block');
    await (by === 'background' ? sides.cycle() : sides.sync(personId));
    expect(sides.person(personId).rejection).toMatchObject({ code: 'DUPLICATES_DETECTED' });
    expect(sides.record('Lead', leadId).Company).toBe('Another');
  });
});

describe('a new Lead that a duplicate rule matches', () => {
  async function synced(action: 'alert' | 'block', onDuplicateAlert: SyncPolicy['onDuplicateAlert']) {
    const { sides, known } = await ruledOrg(action, onDuplicateAlert === undefined ? {} : { onDuplicateAlert });
    const { personId } = await sides.create({ ...ADA, Email: 'ada@example.com' });
    const outcome = await sides.sync(personId);
    return { known, outcome, leads: sides.count('Lead'), link: sides.person(personId).salesforce?.id ?? null };
  }

  test.each([
    ['alert', undefined],
    ['alert', 'link'],
    ['block', 'link'],
    // Nothing gets past a rule that blocks; the record that it found is still the person's.
    ['block', 'save'],
  ] as const)('is linked to the one record that the rule found: %s, %s', async (action, onAlert) => {
    const { known, outcome, leads, link } = await synced(action, onAlert);
    expect(outcome).toMatchObject({ kind: 'synced', outcome: 'linked' });
    expect([leads, link]).toEqual([1, known]);
  });

  test('is saved beside that record where the settings say so', async () => {
    const { known, outcome, leads, link } = await synced('alert', 'save');
    expect(outcome).toMatchObject({ kind: 'synced', outcome: 'created' });
    expect(leads).toBe(2);
    expect(link).not.toBe(known);
  });

  test.each(['alert', 'block'] as const)('is rejected where the settings say so: %s', async (action) => {
    const { outcome, leads, link } = await synced(action, 'reject');
    expect(outcome).toMatchObject({ kind: 'rejected', rejection: { code: 'DUPLICATES_DETECTED' } });
    expect([leads, link]).toEqual([1, null]);
  });

  test('is rejected where the rule found several', async () => {
    const sides = new TwoSides();
    for (const LastName of ['Babbage', 'Menabrea']) sides.insert('Lead', { LastName, Company: ADA.Company });
    sides.control('duplicate-rules', { object: 'Lead', matchOn: ['Company'], action: 'alert' });
    const { personId } = await sides.create({ ...ADA, Email: 'ada@example.com' });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'rejected', rejection: { code: 'DUPLICATES_DETECTED' } });
    expect(sides.count('Lead')).toBe(2);
  });
});
