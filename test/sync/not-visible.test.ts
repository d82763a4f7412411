import { describe, expect, test } from 'vitest';
import type { Person } from '../../lib/person/person.ts';
import { askReconciliation } from '../../lib/sync/poll/ask-reconciliation.ts';
import { deletePersonHere } from '../../lib/sync/sync-person/delete-person.ts';
import { previewSync } from '../../lib/sync/sync-person/preview-sync.ts';
import { TwoSides } from './two-sides.ts';

const EMAIL = 'ada@example.com';

/** Sharing decides whether the sync user sees a record: its `SystemModstamp` does not move. */
function show(sides: TwoSides, { salesforce }: Person, visible: boolean): void {
  sides.control('sharing', { object: salesforce?.type, id: salesforce?.id, visible });
}

async function withHidden(fields: Record<string, string> = {}) {
  const sides = new TwoSides();
  const person = await sides.linkedPerson({ Email: EMAIL, ...fields });
  sides.clock.advance(900_000);
  show(sides, person, false);
  const { personId } = person;
  const record = { type: 'Lead', id: person.salesforce?.id };
  const cycles = async (count: number) => {
    for (let at = 0; at < count; at += 1) {
      sides.clock.advance(300_000);
      await sides.cycle();
    }
  };
  const reconcile = async (acceptMissing: boolean) => {
    await askReconciliation(sides.ports, { reason: 'asked', acceptMissing });
    await cycles(2);
  };
  return { sides, person, personId, record, cycles, reconcile };
}

const PARKED = { code: 'RECORD_NOT_VISIBLE', fields: [] };

describe('a record out of the sync user’s sight is not a deleted one', () => {
  test('a sync by hand makes no second Lead, and says which record it is', async () => {
    const { sides, personId, record } = await withHidden();
    expect(await sides.sync(personId)).toEqual({ kind: 'recordNotVisible', record });
    expect(await sides.sync(personId)).toEqual({ kind: 'recordNotVisible', record });
    expect(sides.count('Lead')).toBe(1);
    expect(sides.person(personId)).toMatchObject({ salesforce: { ...record, isDeleted: false }, rejection: PARKED });
    expect(sides.logged(personId, 'rejected')).toMatchObject([{ detail: PARKED }]);
    expect(sides.logged(personId, 'deletedInSalesforce')).toEqual([]);
  });

  test('nor does one with edits that wait: they are kept, and go out once the record is in sight again', async () => {
    const { sides, person, personId, record } = await withHidden();
    await sides.edit(personId, { Title: 'CTO' });
    expect(await sides.sync(personId)).toEqual({ kind: 'recordNotVisible', record });
    expect(sides.count('Lead')).toBe(1);
    show(sides, person, true);
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'updated', pushed: ['Title'] });
    expect(sides.record('Lead', String(record.id)).Title).toBe('CTO');
    expect(sides.person(personId)).toMatchObject({ pending: {}, rejection: null });
  });

  test('a sync that has nothing to push ends the refusal when it sees the record again', async () => {
    const { sides, person, personId } = await withHidden();
    await sides.sync(personId);
    show(sides, person, true);
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'unchanged' });
    expect(sides.person(personId).rejection).toBeNull();
  });

  test('preview says so, and writes nothing', async () => {
    const { sides, personId, record } = await withHidden();
    const before = sides.person(personId);
    expect(await previewSync(sides.ports, personId)).toMatchObject({ outcome: 'recordNotVisible', record });
    expect(sides.person(personId)).toEqual(before);
  });

  test('a deletion on both sides is not done here alone', async () => {
    const { sides, personId, record } = await withHidden();
    expect(await deletePersonHere(sides.ports, personId, 'delete')).toEqual({ kind: 'recordNotVisible', record });
    expect(sides.person(personId).deletedHere).toBeNull();
  });

  test('a push of the background is told once, and tried no more', async () => {
    const { sides, personId, cycles } = await withHidden();
    await sides.edit(personId, { Title: 'CTO' });
    await cycles(1);
    expect(sides.person(personId)).toMatchObject({ pending: { Title: null }, rejection: PARKED, lease: null });
    const { handedOut } = ((await sides.poll()) as { readonly report: { readonly handedOut: number } }).report;
    expect(handedOut).toBe(0);
    expect(sides.logged(personId, 'rejected')).toMatchObject([{ detail: PARKED }]);
    expect(sides.count('Lead')).toBe(1);
  });

  test('a change in Salesforce that is seen brings the person back, and its edits go out', async () => {
    const { sides, person, personId, record, cycles } = await withHidden();
    await sides.edit(personId, { Title: 'CTO' });
    await cycles(1);
    show(sides, person, true);
    sides.update('Lead', String(record.id), { Phone: '12345' });
    await cycles(1);
    expect(sides.person(personId)).toMatchObject({ pending: {}, rejection: null, fields: { Phone: '12345' } });
    expect(sides.record('Lead', String(record.id)).Title).toBe('CTO');
  });

  test('a reconciliation tells of it, and brings it back when it is in sight again as it was', async () => {
    const { sides, person, personId, reconcile } = await withHidden();
    await reconcile(false);
    expect(sides.person(personId)).toMatchObject({ salesforce: { isDeleted: false }, rejection: PARKED });
    await reconcile(false);
    expect(sides.logged(personId, 'rejected')).toHaveLength(1);
    show(sides, person, true);
    await reconcile(false);
    expect(sides.person(personId)).toMatchObject({ salesforce: { isDeleted: false }, rejection: null });
  });
});

describe('a reconciliation finds what happened out of sight', () => {
  test('a record that was deleted there', async () => {
    const { sides, person, personId, record, reconcile } = await withHidden();
    await reconcile(false);
    sides.remove('Lead', String(record.id));
    show(sides, person, true);
    await reconcile(false);
    expect(sides.person(personId)).toMatchObject({ salesforce: { isDeleted: true }, rejection: null });
  });

  test.each(['before', 'after'] as const)('a merge into a hidden record, hidden %s the merge', async (when) => {
    const { sides, person: winner, personId, reconcile, cycles } = await withHidden();
    const loser = await sides.linkedPerson({ Email: 'other@example.com' });
    await sides.edit(loser.personId, { Title: 'CTO' });
    if (when === 'after') show(sides, winner, true);
    const [masterId, loserId] = [winner.salesforce?.id, loser.salesforce?.id];
    sides.control('merge', { object: 'Lead', masterId, loserIds: [loserId] });
    show(sides, winner, false);
    await cycles(3);
    expect(sides.person(loser.personId).mergedInto).toBeNull();
    show(sides, winner, true);
    await reconcile(false);
    expect(sides.person(loser.personId).mergedInto).toBe(personId);
    await cycles(1);
    expect(sides.record('Lead', String(masterId)).Title).toBe('CTO');
  });
});

test('a hidden record that a person takes over is known by what its person before knew', async () => {
  const sides = new TwoSides();
  const { personId, salesforce } = await sides.linkedPerson({ Email: EMAIL, Title: 'Countess' });
  await sides.edit(personId, { Phone: '1' });
  await sides.cycle();
  // Nobody has edited the person of the winner here: that person gives way.
  const winner = await sides.linkedPerson({ Email: 'other@example.com', City: 'London' });
  const [masterId, loserId] = [winner.salesforce?.id, salesforce?.id];
  sides.clock.advance(60_000);
  sides.control('merge', { object: 'Lead', masterId, loserIds: [loserId] });
  // Somebody pushes the survivor: the join is begun, and has to wait.
  const now = sides.clock.now();
  const expiresAt = new Date(Date.parse(now) + 660_000).toISOString();
  await sides.persons.takeLease(sides.person(personId), { owner: 'other', expiresAt, attempt: {} }, now);
  await sides.cycle();
  expect(sides.person(winner.personId).mergedInto).toBe(personId);
  show(sides, winner, false);
  sides.clock.advance(900_000);
  for (let cycle = 0; cycle < 3; cycle += 1) await sides.cycle();
  expect(sides.person(personId)).toMatchObject({ absorbed: [winner.personId], salesforce: { id: masterId } });
  show(sides, winner, true);
  await askReconciliation(sides.ports, { reason: 'asked', acceptMissing: false });
  for (let cycle = 0; cycle < 3; cycle += 1) await sides.cycle();
  const merged = { Email: 'other@example.com', City: 'London', Title: 'Countess', Phone: '1' };
  expect(sides.record('Lead', String(masterId))).toMatchObject(merged);
  expect(sides.person(personId)).toMatchObject({ fields: merged, pending: {}, rejection: null });
});

describe('gone is what Salesforce showed or somebody has confirmed', () => {
  test('the caller of a sync confirms it: then a new Lead is made', async () => {
    const { sides, personId } = await withHidden();
    await sides.sync(personId);
    const synced = await sides.sync(personId, { kind: 'unchanged' }, {}, true);
    expect(synced).toMatchObject({ kind: 'synced', outcome: 'created' });
    expect(sides.count('Lead')).toBe(2);
    expect(sides.person(personId)).toMatchObject({ salesforce: { isDeleted: false }, rejection: null });
    expect(sides.logged(personId, 'deletedInSalesforce')).toHaveLength(1);
  });

  test('a confirmation says nothing of a record that is in sight', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson({ Email: EMAIL });
    const synced = await sides.sync(personId, { kind: 'unchanged' }, {}, true);
    expect(synced).toMatchObject({ kind: 'synced', outcome: 'unchanged' });
  });

  test('a false confirmation about a record that carries the person’s id makes no second Lead', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create({ LastName: 'Lovelace', Company: 'C', Email: EMAIL });
    await sides.sync(personId);
    show(sides, sides.person(personId), false);
    const outcome = await sides.sync(personId, { kind: 'unchanged' }, {}, true);
    expect(outcome).toMatchObject({ kind: 'rejected', rejection: { code: 'DUPLICATE_VALUE' } });
    expect(sides.count('Lead')).toBe(1);
    show(sides, sides.person(personId), true);
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced' });
    expect(sides.person(personId)).toMatchObject({ salesforce: { isDeleted: false }, rejection: null });
  });

  test('whoever accepts missing records confirms it for all', async () => {
    const { sides, personId, reconcile } = await withHidden();
    await reconcile(false);
    await reconcile(true);
    expect(sides.person(personId)).toMatchObject({ salesforce: { isDeleted: true }, rejection: null });
  });

  test('the list of deletions shows it, for a record that was emptied from the bin', async () => {
    const { sides, person, personId, record, cycles } = await withHidden();
    show(sides, person, true);
    await cycles(1);
    sides.control('hard-delete', { id: record.id });
    expect(await sides.sync(personId)).toEqual({ kind: 'recordNotVisible', record });
    // The list is asked for once a day.
    sides.clock.advance(25 * 3_600_000);
    await cycles(2);
    expect(sides.person(personId)).toMatchObject({ salesforce: { isDeleted: true }, rejection: null });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
  });
});

test('the Contact of a converted Lead out of sight: no Lead is made in its place', async () => {
  const sides = new TwoSides();
  const { personId, salesforce } = await sides.linkedPerson({ Email: EMAIL });
  const { contactId } = sides.control('convert', { leadId: salesforce?.id }) as { readonly contactId: string };
  sides.control('sharing', { object: 'Contact', id: contactId, visible: false });
  await sides.cycle();
  const record = { type: 'Contact', id: contactId };
  expect(await sides.sync(personId)).toEqual({ kind: 'recordNotVisible', record });
  expect(sides.count('Lead')).toBe(1);
  sides.control('sharing', { object: 'Contact', id: contactId, visible: true });
  expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', person: { salesforce: record } });
});
