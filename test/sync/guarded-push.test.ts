import { describe, expect, test } from 'vitest';
import type { Fields } from '../../lib/person/field-value.ts';
import { DEFAULT_POLICY } from '../../lib/schema/sync-policy.ts';
import { packIds } from '../../lib/sync/change-message.ts';
import { ConfigError, QuotaExceededError, TransientError } from '../../lib/sync/errors.ts';
import type { SalesforceRecords } from '../../lib/sync/ports/salesforce-records.ts';
import { LEASE_MS, TwoSides } from './two-sides.ts';

const MINUTE = 60_000;

/** A linked person with an edit of its Title, a while after its row was read. */
async function edited(sides = new TwoSides(), edits: Fields = { Title: 'ours' }) {
  const { personId, salesforce } = await sides.linkedPerson({ Title: 'old' });
  sides.clock.advance(MINUTE);
  await sides.edit(personId, edits);
  const rowId = salesforce?.id ?? '';
  return { sides, personId, rowId, row: () => sides.record('Lead', rowId) };
}

/** Sales saves the row once, after the first read of a push and before its update. */
function saveBetween(sides: TwoSides, rowId: string, fields: Fields): void {
  sides.client.hooks.between = ({ method }) => {
    if (method !== 'PATCH') return;
    sides.client.hooks.between = undefined;
    sides.update('Lead', rowId, fields);
  };
}

const push = {
  background: async (sides: TwoSides) => void (await sides.cycle()),
  'sync person': async (sides: TwoSides, personId: string) => void (await sides.sync(personId)),
} as const;

const WAYS = Object.entries(push);

describe.each(WAYS)('a push of the %s', (_, pushOf) => {
  test('writes over no edit that sales makes between its read and its update: both are told, in one run', async () => {
    const { sides, personId, rowId, row } = await edited();
    saveBetween(sides, rowId, { Title: 'theirs', City: 'London' });
    await pushOf(sides, personId);
    expect(row()).toMatchObject({ Title: 'ours', City: 'London' });
    expect(sides.logged(personId, 'conflict')).toMatchObject([
      { detail: { field: 'Title', local: 'ours', remote: 'theirs', winner: 'local' } },
    ]);
    expect(sides.person(personId)).toMatchObject({ pending: {}, lease: null, fields: { City: 'London' } });
  });

  test('gives way to such an edit where the rules say so', async () => {
    const remote = { Lead: 'remote', Contact: 'remote' } as const;
    const { sides, personId, rowId, row } = await edited(new TwoSides({ ...DEFAULT_POLICY, conflictWinner: remote }));
    saveBetween(sides, rowId, { Title: 'theirs' });
    await pushOf(sides, personId);
    expect(row().Title).toBe('theirs');
    expect(sides.person(personId)).toMatchObject({ pending: {}, lease: null, fields: { Title: 'theirs' } });
  });

  test('leaves out a field that was hidden since the last describe, and is settled', async () => {
    const { sides, personId, row } = await edited();
    sides.control('field-access', { object: 'Lead', field: 'Phone', read: false, edit: false });
    await pushOf(sides, personId);
    expect(row().Title).toBe('ours');
    expect(sides.person(personId)).toMatchObject({ pending: {}, lease: null, rejection: null });
    expect(sides.logged(personId, 'syncedToSalesforce')).toHaveLength(1);
  });

  test('pushes the rest where an edited field was hidden since the last describe', async () => {
    const { sides, personId, row } = await edited(new TwoSides(), { Title: 'ours', Phone: '1' });
    sides.control('field-access', { object: 'Lead', field: 'Phone', read: false, edit: false });
    await pushOf(sides, personId);
    expect(row().Title).toBe('ours');
    expect(sides.person(personId)).toMatchObject({ pending: { Phone: null }, lease: null });
  });
});

/** The person is edited once more while the answer of its push is under way; then nothing can be read. */
function refusingReads(sides: TwoSides, personId: string, error: Error): SalesforceRecords {
  const { records } = sides.ports;
  let isWritten = false;
  const afterwards = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    const given = await answer;
    if (!isWritten) await sides.edit(personId, { Title: 'newer' });
    isWritten = true;
    return given;
  };
  return {
    ...records,
    maxPushBatch: records.maxPushBatch,
    push: (...given) => afterwards(records.push(...given)),
    createLead: (...given) => afterwards(records.createLead(...given)),
    read: async (...given) => {
      if (isWritten) throw error;
      return records.read(...given);
    },
  };
}

describe.each([
  ['the quota', new QuotaExceededError('over')],
  ['the configuration', new ConfigError('told')],
  ['an outage', new TransientError('SERVER_UNAVAILABLE', 'down')],
])('what was taken never passes for unsent, whatever its settling meets: %s', (_, error) => {
  test.each(['local', 'remote'] as const)('an update, where %s wins conflicts', async (winner) => {
    const policy = { ...DEFAULT_POLICY, conflictWinner: { Lead: winner, Contact: winner } };
    const { sides, personId, row } = await edited(new TwoSides(policy));
    const outcome = await sides.sync(personId, undefined, { records: refusingReads(sides, personId, error) });
    expect(outcome).toMatchObject({ kind: 'synced', pushed: ['Title'] });
    expect(row().Title).toBe('ours');
    sides.clock.advance(5 * MINUTE);
    await sides.cycle();
    expect(row().Title).toBe('newer');
    expect(sides.logged(personId, 'conflict')).toEqual([]);
  });

  test('a new Lead', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create({ Email: 'a@example.com', LastName: 'L', Company: 'C', Title: 'ours' });
    await sides.sync(personId, undefined, { records: refusingReads(sides, personId, error) });
    sides.clock.advance(5 * MINUTE);
    await sides.cycle();
    expect(sides.count('Lead')).toBe(1);
    expect(sides.record('Lead', sides.person(personId).salesforce?.id ?? '').Title).toBe('newer');
    expect(sides.logged(personId, 'conflict')).toEqual([]);
  });
});

describe('the lease of a push whose answer was lost', () => {
  async function lost(commits: boolean) {
    const scene = await edited();
    const { sides, personId } = scene;
    const hook = commits ? 'after' : 'before';
    sides.client.hooks[hook] = (_, writes) => {
      if (writes) throw new TransientError('TIMEOUT', 'no answer', { mayHaveCommitted: true });
    };
    await sides.cycle();
    sides.client.hooks[hook] = () => undefined;
    await sides.edit(personId, { Title: 'newer' });
    sides.clock.advance(5 * MINUTE);
    return scene;
  }

  test.each(WAYS)('ends with the next push that reads that it was taken: %s', async (_, pushOf) => {
    const { sides, personId, row } = await lost(true);
    await pushOf(sides, personId);
    expect(row().Title).toBe('newer');
    expect(sides.person(personId)).toMatchObject({ pending: {}, lease: null });
    expect(sides.logged(personId, 'conflict')).toEqual([]);
  });

  test.each(WAYS)('ends where the row has changed, so that it can only be refused: %s', async (_, pushOf) => {
    const { sides, personId, rowId, row } = await lost(false);
    sides.update('Lead', rowId, { City: 'London' });
    sides.clock.advance(10_000);
    await pushOf(sides, personId);
    expect(row()).toMatchObject({ Title: 'newer', City: 'London' });
    expect(sides.person(personId).lease).toBeNull();
  });

  test('stands as long as it may still be taken', async () => {
    const { sides, personId, row } = await lost(false);
    await sides.cycle();
    expect(await sides.sync(personId)).toMatchObject({ kind: 'busy' });
    expect(row().Title).toBe('old');
    sides.clock.advance(LEASE_MS);
    await sides.cycle();
    expect(row().Title).toBe('newer');
  });
});

test('a merge that has to read a row leaves out a field that was hidden since the last describe', async () => {
  const sides = new TwoSides();
  const { personId, salesforce } = await sides.linkedPerson({ Title: 'old', Phone: '1' });
  const rowId = salesforce?.id ?? '';
  sides.clock.advance(MINUTE);
  sides.update('Lead', rowId, { Title: 'theirs' });
  sides.control('field-access', { object: 'Lead', field: 'Phone', read: false, edit: false });
  const refresh = { kind: 'refresh', type: 'Lead', queuedAt: sides.clock.now() } as const;
  await sides.queue.send([...packIds(refresh, [rowId, sides.insert('Lead', { LastName: 'New', Company: 'C' })])]);
  expect(await sides.merge()).toMatchObject({ retry: [], error: null });
  expect(sides.person(personId).fields).toMatchObject({ Title: 'theirs', Phone: '1' });
  expect(sides.persons.all()).toHaveLength(2);
});

test('two hundred persons are pushed in nine calls', async () => {
  const sides = new TwoSides();
  for (let at = 0; at < 200; at += 1) sides.insert('Lead', { LastName: `L${at}`, Company: 'C' });
  await sides.cycle();
  for (const { personId } of sides.persons.all()) await sides.edit(personId, { Title: 'CTO' });
  await sides.poll();
  const calls = sides.client.usage().calls;
  expect((await sides.merge()).push).toMatchObject({ pushed: 200, postponed: 0, error: null });
  expect(sides.client.usage().calls - calls).toBe(9);
});
