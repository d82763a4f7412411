import { describe, expect, test } from 'vitest';
import { QuotaExceededError, TransientError } from '../../lib/sync/errors.ts';
import { readFieldStatus } from '../../lib/sync/operate/field-status.ts';
import { type Preview, previewSync } from '../../lib/sync/sync-person/preview-sync.ts';
import { TwoSides } from './two-sides.ts';

const ADA = { LastName: 'Lovelace', Company: 'Analytical Engines', Email: 'ada@example.com' };

/** What either side holds, and how often anything was written to it. */
async function stateOf(sides: TwoSides): Promise<string> {
  const { recordsCreated, recordsUpdated, recordsDeleted } = sides.org.state.stats;
  const schemas = await Promise.all((['Lead', 'Contact'] as const).map((type) => sides.ports.state.loadSchema(type)));
  return JSON.stringify([
    sides.persons.all(),
    schemas,
    sides.queue.waiting,
    recordsCreated,
    recordsUpdated,
    recordsDeleted,
  ]);
}

const READS = ['get', 'getMany', 'emailClaims', 'items', 'loadSchema'];

/** A store that counts the calls of it that may write. */
function counted<Store extends object>(store: Store, writes: string[]): Store {
  return new Proxy(store, {
    get: (_, name) => {
      const member: unknown = Reflect.get(store, name);
      if (typeof member !== 'function') return member;
      if (!READS.includes(String(name))) writes.push(String(name));
      return member.bind(store);
    },
  });
}

/** The preview, for which nothing was written on either side. */
async function preview(sides: TwoSides, personId: string): Promise<Preview> {
  const before = await stateOf(sides);
  const writes: string[] = [];
  const { persons, state } = sides.ports;
  const ports = { ...sides.ports, persons: counted(persons, writes), state: counted(state, writes) };
  const outcome = await previewSync(ports, personId);
  expect(writes).toEqual([]);
  expect(await stateOf(sides)).toBe(before);
  if (outcome.kind !== 'preview') throw new Error(outcome.kind);
  return outcome;
}

/** That a sync then does what the preview said. */
async function expectKept(sides: TwoSides, personId: string): Promise<Preview> {
  const said = await preview(sides, personId);
  const done = await sides.sync(personId);
  if (done.kind !== 'synced') throw new Error(done.kind);
  expect(said.outcome).toBe(done.outcome);
  expect([...said.pushed].sort()).toEqual([...done.pushed].sort());
  const pulled = done.conflicts.filter(({ winner }) => winner === 'remote').map(({ field }) => field);
  expect(said.pulled).toEqual(expect.arrayContaining([...pulled]));
  expect((await preview(sides, personId)).outcome).toBe('unchanged');
  return said;
}

describe('a preview is what a sync then does, and changes nothing', () => {
  test('before anything was described', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create(ADA);
    const bare = new TwoSides();
    const outcome = await previewSync({ ...sides.ports, state: bare.ports.state }, personId);
    expect(outcome).toMatchObject({ kind: 'preview', outcome: 'created' });
    expect(await bare.ports.state.loadSchema('Lead')).toBeUndefined();
  });

  test('of a person who is in step', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson(ADA);
    expect(await expectKept(sides, personId)).toMatchObject({
      outcome: 'unchanged',
      pulled: [],
      pushed: [],
      waitsFor: null,
    });
  });

  test('of edits on both sides', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson(ADA);
    await sides.edit(personId, { Title: 'CTO', City: 'Paris' });
    sides.clock.advance(5000);
    sides.update('Lead', salesforce?.id ?? '', { Title: 'CFO', Phone: '1' });
    const said = await expectKept(sides, personId);
    expect(said).toMatchObject({ outcome: 'updated', pulled: ['Phone'], pushed: ['City', 'Title'] });
    expect(said.fields.find(({ field }) => field === 'Title')).toMatchObject({
      winner: 'local',
      remote: 'CFO',
      to: 'CTO',
    });
  });

  test('of a person who has no Lead yet', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create(ADA);
    const said = await expectKept(sides, personId);
    expect(said).toMatchObject({ outcome: 'created', record: null, pushed: ['Company', 'Email', 'LastName'] });
    expect(said.waitsFor).toMatch(/manual sync/);
  });

  test('of a person whose Lead is found by email', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create({ ...ADA, Title: 'Countess' });
    const id = sides.insert('Lead', { ...ADA, Phone: '1' });
    const said = await expectKept(sides, personId);
    expect(said).toMatchObject({ outcome: 'linked', record: { type: 'Lead', id }, pushed: ['Title'] });
  });

  test('of a person whose Lead was deleted', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson(ADA);
    sides.remove('Lead', salesforce?.id ?? '');
    expect(await expectKept(sides, personId)).toMatchObject({ outcome: 'created', record: null });
  });
});

describe('a preview says why not', () => {
  test('where several records could be the person', async () => {
    const sides = new TwoSides();
    const { personId } = await sides.create(ADA);
    const ids = [sides.insert('Lead', ADA), sides.insert('Lead', ADA)];
    const said = await preview(sides, personId);
    expect(said).toMatchObject({ outcome: 'ambiguousMatch', fields: [] });
    expect(said.candidates.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  test('where Salesforce would refuse it, linked or not, and where the person is parked', async () => {
    const sides = new TwoSides();
    const linked = await sides.linkedPerson(ADA);
    await sides.edit(linked.personId, { Title: 'T'.repeat(129) });
    const { personId } = await sides.create({ Email: 'bob@example.com' });
    expect(await preview(sides, personId)).toMatchObject({
      outcome: 'rejected',
      rejection: { fields: ['LastName', 'Company'] },
    });
    expect(await preview(sides, linked.personId)).toMatchObject({ outcome: 'rejected', waitsFor: null });
    await sides.cycle();
    expect((await preview(sides, linked.personId)).waitsFor).toContain('STRING_TOO_LONG');
  });

  test('where another sync is under way', async () => {
    const sides = new TwoSides();
    const person = await sides.linkedPerson(ADA);
    const lease = { owner: 'other', expiresAt: '2099-01-01T00:00:00.000Z', attempt: {} };
    await sides.persons.takeLease(person, lease, sides.clock.now());
    expect((await preview(sides, person.personId)).waitsFor).toContain('2099');
  });

  test('where the person does not exist, or no answer', async () => {
    const sides = new TwoSides();
    expect(await previewSync(sides.ports, 'nobody')).toEqual({ kind: 'notFound' });
    const { personId } = await sides.linkedPerson(ADA);
    const failing = (error: Error) => {
      const read = () => Promise.reject(error);
      return previewSync({ ...sides.ports, records: { ...sides.ports.records, read } }, personId);
    };
    expect(await failing(new TransientError('TIMEOUT', 'no answer'))).toEqual({ kind: 'unavailable' });
    expect(await failing(new QuotaExceededError('used up'))).toEqual({ kind: 'limit' });
    await expect(failing(new RangeError('broken'))).rejects.toThrow('broken');
  });
});

describe('the status of fields', () => {
  const types = ['Lead', 'Contact'] as const;

  test('is not known before the first cycle', async () => {
    expect(await readFieldStatus(new TwoSides().ports, types)).toEqual({ Lead: null, Contact: null });
  });

  test('tells what is visible, and the last problem of each field', async () => {
    const sides = new TwoSides();
    const [ada, bob] = [await sides.linkedPerson(ADA), await sides.linkedPerson({ Email: 'bob@example.com' })];
    for (const { personId } of [ada, bob]) {
      await sides.edit(personId, { Title: 'T'.repeat(129) });
      await sides.cycle();
    }
    sides.control('field-access', { object: 'Lead', field: 'Phone', read: false, edit: false });
    await sides.cycle();
    const { Lead, Contact } = await readFieldStatus(sides.ports, types);
    const field = (name: string) => Lead?.fields.find((each) => each.field === name);
    expect(field('Phone')).toMatchObject({ visible: false, direction: 'none', lastProblem: null });
    expect(field('City')).toMatchObject({ visible: true, direction: 'both', winner: 'local', lastProblem: null });
    expect(field('Title')?.lastProblem).toMatchObject({ code: 'STRING_TOO_LONG', personId: bob.personId });
    expect(Contact?.fields.find((each) => each.field === 'Title')?.lastProblem).toBeNull();
    expect(Lead?.missingPermissions).toEqual([]);
  });

  test('names permissions that are missing, as a cycle does', async () => {
    const sides = new TwoSides();
    sides.control('field-access', { object: 'Lead', field: 'Company', read: true, edit: false });
    sides.control('field-access', { object: 'Contact', field: 'Email', read: false, edit: false });
    expect(await sides.poll()).toMatchObject({
      missingPermissions: 2,
      schemaProblems: [
        expect.stringMatching(/^Lead\.Company is not editable/),
        expect.stringMatching(/^Contact\.Email/),
      ],
    });
    const { Lead } = await readFieldStatus(sides.ports, types);
    expect(Lead?.missingPermissions).toMatchObject([{ apiName: 'Company', access: 'create' }]);
    sides.control('field-access', { object: 'Lead', field: 'Company', read: true, edit: true });
    expect(await sides.poll()).toMatchObject({ missingPermissions: 1 });
  });
});
