import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, type SyncPolicy } from '../../lib/schema/sync-policy.ts';
import { previewSync } from '../../lib/sync/sync-person/preview-sync.ts';
import { TwoSides } from './two-sides.ts';

const ADA = { LastName: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@example.com' };
const TOO_LONG = 'T'.repeat(129);

const policy = (fields: Partial<SyncPolicy['fields']>): SyncPolicy => {
  return { ...DEFAULT_POLICY, fields: { ...DEFAULT_POLICY.fields, ...fields } };
};

/** What the org and the store saw of a piece of work. */
async function callsOf(sides: TwoSides, work: () => Promise<unknown>): Promise<number> {
  const before = sides.client.usage().calls;
  await work();
  return sides.client.usage().calls - before;
}

describe('a push that Salesforce would surely refuse', () => {
  const REJECTION = {
    code: 'STRING_TOO_LONG',
    message: `Title: data value too large: ${TOO_LONG} (max length=128)`,
    fields: ['Title'],
  };

  test('is rejected by the background without a call, as if Salesforce had answered', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson(ADA);
    await sides.edit(personId, { Title: TOO_LONG });
    await sides.poll();
    expect(await callsOf(sides, () => sides.merge())).toBe(0);
    expect(sides.person(personId)).toMatchObject({ rejection: REJECTION, fields: { Title: TOO_LONG }, lease: null });
    expect(sides.logged(personId, 'rejected')).toMatchObject([
      { direction: 'push', detail: { ...REJECTION, values: { Title: TOO_LONG } } },
    ]);
  });

  test('holds back no other person of its batch', async () => {
    const sides = new TwoSides();
    const [ada, bob] = [await sides.linkedPerson(ADA), await sides.linkedPerson({ Email: 'bob@example.com' })];
    await sides.edit(ada.personId, { Title: TOO_LONG });
    await sides.edit(bob.personId, { Title: 'CTO' });
    await sides.poll();
    expect((await sides.merge()).push).toMatchObject({ pushed: 1, rejected: 1, postponed: 0, error: null });
    expect(sides.record('Lead', bob.salesforce?.id ?? '').Title).toBe('CTO');
  });

  test('is rejected now, for a linked person and for one who has no Lead yet', async () => {
    const sides = new TwoSides();
    const linked = await sides.linkedPerson(ADA);
    await sides.edit(linked.personId, { Title: TOO_LONG });
    const unlinked = await sides.create({ Email: 'bob@example.com', LastName: 'Bob' });
    expect(await callsOf(sides, () => sides.sync(linked.personId))).toBe(0);
    expect(sides.person(linked.personId)).toMatchObject({ rejection: REJECTION, lease: null });
    expect(await sides.sync(unlinked.personId)).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'REQUIRED_FIELD_MISSING', fields: ['Company'] },
    });
    expect(sides.count('Lead')).toBe(1);
    expect(sides.person(unlinked.personId)).toMatchObject({ salesforce: null, lease: null });
  });

  test('goes to Salesforce once the field has become longer and somebody syncs the person by hand', async () => {
    const sides = new TwoSides();
    const name = 'Note__c';
    sides.control('fields', { object: 'Lead', name, type: 'string', length: 5 });
    const { personId, salesforce } = await sides.linkedPerson(ADA);
    await sides.edit(personId, { Note__c: '123456' });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'rejected', rejection: { code: 'STRING_TOO_LONG' } });
    sides.org.handle({ method: 'DELETE', path: '/_org/fields', headers: {}, body: { object: 'Lead', name } });
    sides.control('fields', { object: 'Lead', name, type: 'string', length: 6 });
    expect(await previewSync(sides.ports, personId)).toMatchObject({ outcome: 'updated', pushed: ['Note__c'] });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', pushed: ['Note__c'] });
    expect(sides.record('Lead', salesforce?.id ?? '').Note__c).toBe('123456');
  });

  test('is sent all the same where its field is left to Salesforce, whose automation may mend it', async () => {
    const sides = new TwoSides(policy({ unchecked: ['Company'] }));
    sides.control('triggers', { object: 'Lead', name: 'company', set: { Company: 'Unknown' } });
    const { personId } = await sides.create({ Email: 'bob@example.com', LastName: 'Bob' });
    expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
    expect(sides.person(personId).fields.Company).toBe('Unknown');
  });
});

describe('a text that is too long, where the settings have it cut', () => {
  const CUT = 'T'.repeat(128);
  const told = { type: 'fieldsChanged', direction: 'push', detail: { reason: 'tooLong' } };

  test('is cut on both sides, told, and not pushed again', async () => {
    const sides = new TwoSides(policy({ truncate: ['Title'] }));
    const { personId, salesforce } = await sides.linkedPerson(ADA);
    await sides.edit(personId, { Title: TOO_LONG });
    await sides.cycle();
    expect(sides.record('Lead', salesforce?.id ?? '').Title).toBe(CUT);
    expect(sides.person(personId)).toMatchObject({ fields: { Title: CUT }, pending: {}, rejection: null });
    const changes = [{ field: 'Title', from: TOO_LONG, to: CUT }];
    expect(sides.logged(personId, 'fieldsChanged')).toContainEqual(
      expect.objectContaining({ ...told, detail: { changes, reason: 'tooLong' } }),
    );
    const { version } = sides.person(personId);
    for (const _ of [1, 2, 3]) await sides.cycle();
    expect(sides.person(personId).version).toBe(version);
  });

  test('is cut in a push now and in a create', async () => {
    const sides = new TwoSides(policy({ truncate: ['Title'] }));
    const linked = await sides.linkedPerson(ADA);
    await sides.edit(linked.personId, { Title: TOO_LONG });
    const unlinked = await sides.create({ ...ADA, Email: 'bob@example.com', Title: TOO_LONG });
    for (const { personId } of [linked, unlinked]) {
      expect(await sides.sync(personId)).toMatchObject({ kind: 'synced', person: { fields: { Title: CUT } } });
      expect(sides.logged(personId, 'fieldsChanged')).toContainEqual(expect.objectContaining({ direction: 'push' }));
    }
  });

  test('is not pushed where what remains is what Salesforce holds', async () => {
    const sides = new TwoSides(policy({ truncate: ['Title'] }));
    const { personId } = await sides.linkedPerson({ ...ADA, Title: CUT });
    await sides.edit(personId, { Title: TOO_LONG });
    await sides.poll();
    expect(await callsOf(sides, () => sides.merge())).toBe(0);
    expect(sides.person(personId)).toMatchObject({ fields: { Title: CUT }, pending: {}, lease: null });
  });
});

test('a policy that changed is in force after the next cycle, though nothing changed in Salesforce', async () => {
  const sides = new TwoSides();
  await sides.cycle();
  const excluding = policy({ exclude: ['Title'] });
  const fieldsOf = async () => Object.keys((await sides.ports.state.loadSchema('Lead'))?.schema.fields ?? {});
  expect(await fieldsOf()).toContain('Title');
  await sides.poll({ policy: excluding });
  expect(await fieldsOf()).not.toContain('Title');
});
