import { describe, expect, test } from 'vitest';
import { type Problem, problemResponse } from '../../lib/lambda/api/problem.ts';
import { deleteAnswer, editAnswer, syncAnswer } from '../../lib/lambda/person-answers.ts';
import { parseDelete } from '../../lib/lambda/person-requests.ts';
import { withPerson } from '../../lib/lambda/with-person.ts';
import { isPresent } from '../../lib/person/person.ts';
import { readSyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { editFields, personsWithEmail } from '../../lib/sync/persons/edit-persons.ts';
import { deletePersonHere } from '../../lib/sync/sync-person/delete-person.ts';
import { erasePersonHere } from '../../lib/sync/sync-person/erase-person.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { EMAIL, type LeadScene, leadScene } from './lead-scene.ts';
import { Life } from './life.ts';

async function deletedHere(): Promise<LeadScene> {
  const on = await leadScene();
  expect(await deletePersonHere(on.life.ports, on.personId, 'keep')).toEqual({ kind: 'deleted' });
  return on;
}

async function isDeletedHere({ life, personId }: LeadScene): Promise<boolean> {
  return (await life.survivor(personId)).deletedHere !== null;
}

describe('nothing is left of the person but its tombstone', () => {
  test('which no call can edit or sync, and nobody finds', async () => {
    const { life, personId } = await deletedHere();
    const at = expect.any(String);
    expect(await editFields(life.ports, personId, { Title: 'Countess' })).toEqual({ kind: 'deletedHere', at });
    expect(await life.sync(personId)).toEqual({ kind: 'deletedHere', at });
    expect(await personsWithEmail(life.ports, EMAIL)).toEqual([]);
    expect(life.activityTypes(personId).at(-1)).toBe('deleted');
  });

  test('an edit that waited is not pushed any more', async () => {
    const { life, lead, personId } = await leadScene();
    await life.edit(personId, { Title: 'Countess' });
    await deletePersonHere(life.ports, personId, 'keep');
    await life.settle();
    expect(life.row('Lead', lead)?.Title).toBeNull();
  });
});

describe('a deletion', () => {
  test.each([
    ['keep', 'keep', false, 0],
    ['delete', 'delete', true, 1],
  ] as const)('%s: what becomes of the Lead, in how many calls', async (_, salesforce, isDeleted, calls) => {
    const { life, lead, personId } = await leadScene();
    const before = life.client.usage().calls;
    for (const __ of ['once', 'and again']) {
      expect(await deletePersonHere(life.ports, personId, salesforce)).toEqual({ kind: 'deleted' });
    }
    expect(life.client.usage().calls - before).toBe(calls);
    expect(life.row('Lead', lead)?.IsDeleted).toBe(isDeleted);
    await life.settle();
    const stored = await life.survivor(personId);
    expect(stored).toMatchObject({ deletedHere: { salesforce }, lease: null, salesforce: { isDeleted } });
    expect(life.activityTypes(personId).filter((type) => type === 'deleted')).toHaveLength(1);
  });

  test('of a person who has no living Lead asks nothing of Salesforce', async () => {
    const { life, lead, personId } = await leadScene();
    const local = await life.create({ Email: 'grace@example.com' });
    life.delete('Lead', lead);
    await life.settle();
    const before = life.client.usage().calls;
    for (const id of [personId, local.personId]) {
      expect(await deletePersonHere(life.ports, id, 'delete')).toEqual({ kind: 'deleted' });
    }
    expect(life.client.usage().calls).toBe(before);
  });

  test('of a Lead that is gone already is done', async () => {
    const { life, lead, personId } = await leadScene();
    life.delete('Lead', lead);
    expect(await deletePersonHere(life.ports, personId, 'delete')).toEqual({ kind: 'deleted' });
  });

  test('of nobody finds nobody, and of one who was merged away names the survivor', async () => {
    const { life, lead, personId } = await leadScene();
    const winner = life.addLead({ Email: 'grace@example.com' });
    await life.settle();
    // A person that was seen to change is newborn no more.
    life.change('Lead', winner, { Title: 'Admiral' });
    await life.settle();
    life.merge('Lead', winner, lead);
    await life.settle();
    const survivor = life.holder(winner).personId;
    expect(await deletePersonHere(life.ports, 'nobody', 'keep')).toEqual({ kind: 'notFound' });
    expect(await deletePersonHere(life.ports, personId, 'keep')).toEqual({ kind: 'mergedAway', personId: survivor });
  });

  test('that Salesforce has no time for now deletes nothing here', async () => {
    const { life, lead, personId } = await leadScene();
    const updates = [{ object: 'Lead', id: lead, fields: { Title: 'Countess' } }];
    life.admin('POST', '/_org/transaction', { commitAfterSeconds: 60, updates });
    expect(await deletePersonHere(life.ports, personId, 'delete')).toEqual({ kind: 'unavailable' });
    expect((await life.survivor(personId)).deletedHere).toBeNull();
  });
});

describe('what happens in Salesforce to its Lead', () => {
  const EVENTS: readonly (readonly [string, (on: LeadScene) => void])[] = [
    ['an edit', ({ life, lead }) => life.change('Lead', lead, { Title: 'Countess' })],
    ['a deletion', ({ life, lead }) => life.delete('Lead', lead)],
    ['a deletion for good', ({ life, lead }) => life.hardDelete(lead)],
    ['a merge into a Lead nobody knows', ({ life, lead }) => life.merge('Lead', life.addLead({}), lead)],
    ['a conversion', ({ life, lead }) => void life.convert(lead)],
    ['a conversion into a Contact nobody knows', ({ life, lead }) => void life.convert(lead, life.addContact({}))],
  ];

  /** Nobody promises an order between Leads and Contacts. */
  async function arrives(life: Life, first: 'Lead' | 'Contact'): Promise<void> {
    await life.poll();
    const bodies = life.queue.take();
    const isFirst = (body: string) => (JSON.parse(body) as { readonly type: string }).type === first;
    await life.deliver(bodies.filter(isFirst));
    await life.deliver(bodies.filter((body) => !isFirst(body)));
  }

  describe.each(EVENTS)('%s does not bring the person back, nor does what came before', (_, happens) => {
    test.each(['Lead', 'Contact'] as const)('whatever is heard of first: %s', async (first) => {
      const on = await deletedHere();
      const { life } = on;
      happens(on);
      await arrives(life, first);
      await life.settleNextDay();
      await life.deliver([...life.delivered]);
      await life.settle();
      expect(await isDeletedHere(on)).toBe(true);
      expect(life.persons.all().filter(isPresent)).toEqual([]);
    });
  });

  test('a deletion and an undelete bring nobody back', async () => {
    const on = await deletedHere();
    on.life.delete('Lead', on.lead);
    await on.life.settle();
    on.life.undelete(on.lead);
    await on.life.settle();
    expect(await isDeletedHere(on)).toBe(true);
    expect(on.life.holder(on.lead).personId).toBe(on.personId);
  });

  /** Nothing of what was deleted comes along; and whoever is merged into what was deleted does not bring it back. */
  test.each(['wins', 'loses'] as const)('a merge with the Lead of another person: it %s', async (ends) => {
    const on = await leadScene();
    const { life, lead, personId } = on;
    await life.edit(personId, { Phone: '1' });
    await life.settle();
    const other = life.addLead({ Email: 'grace@example.com' });
    await life.settle();
    // A person that was seen to change is newborn no more.
    life.change('Lead', other, { Title: 'Admiral' });
    await life.settle();
    const otherId = life.holder(other).personId;
    await deletePersonHere(life.ports, personId, 'keep');
    life.merge('Lead', ...(ends === 'wins' ? ([lead, other] as const) : ([other, lead] as const)));
    await life.settle();
    const survivor = await life.survivor(otherId);
    const undecided = { at: expect.any(String), salesforce: 'keep', undecided: true };
    expect(survivor.deletedHere).toEqual(ends === 'wins' ? undecided : null);
    const listed = ends === 'wins' ? [survivor.personId] : [];
    const { undecided: told } = await readSyncStatus(life.ports, ['Lead', 'Contact'], EMPTY_QUEUES);
    expect(told).toEqual({ count: listed.length, personIds: listed });
    expect((await life.survivor(personId)).personId).toBe(survivor.personId);
    expect(survivor.fields.Title).toBe('Admiral');
    if (ends === 'loses') expect(survivor.fields.Phone ?? null).toBeNull();
  });

  test('again decides about a person whom only a merge in Salesforce has hidden: nobody waits for a decision any more', async () => {
    const on = await deletedHere();
    const { life, lead } = on;
    const other = life.addLead({ Email: 'grace@example.com' });
    await life.settle();
    life.change('Lead', other, { Title: 'Admiral' });
    await life.settle();
    life.merge('Lead', lead, other);
    await life.settle();
    expect(await life.persons.undecided(10)).toEqual({ count: 1, personIds: [on.personId] });
    expect(await deletePersonHere(life.ports, on.personId, 'keep')).toEqual({ kind: 'deleted' });
    expect(await life.persons.undecided(10)).toEqual({ count: 0, personIds: [] });
    expect(await isDeletedHere(on)).toBe(true);
  });

  test('another Lead with its email is another person', async () => {
    const on = await deletedHere();
    const other = on.life.addLead({ Email: EMAIL });
    await on.life.settle();
    expect(on.life.holder(other).personId).not.toBe(on.personId);
    expect(await isDeletedHere(on)).toBe(true);
  });
});

describe('POST with the same email', () => {
  test('brings the person back, as its Lead is by now', async () => {
    const { life, lead, personId } = await deletedHere();
    life.change('Lead', lead, { Title: 'Countess' });
    await life.settle();
    expect(await life.create({ Email: ' ADA@example.com', Phone: '1' })).toMatchObject({ personId, deletedHere: null });
    expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'updated', pushed: ['Phone'] });
    expect(life.holder(lead).fields).toMatchObject({ Title: 'Countess', Phone: '1' });
    expect(life.activityTypes(personId)).toEqual([
      'created',
      'deleted',
      'fieldsChanged',
      'revived',
      'fieldsChanged',
      'syncedToSalesforce',
    ]);
  });

  test('whose Lead was deleted too gets a new one', async () => {
    const { life, lead, personId } = await leadScene();
    await deletePersonHere(life.ports, personId, 'delete');
    expect((await life.create({ Email: EMAIL })).personId).toBe(personId);
    expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
    expect((await life.survivor(personId)).salesforce?.id).not.toBe(lead);
  });

  test('does not push the edit that waited when it was deleted, and the log names it', async () => {
    const { life, lead, personId } = await leadScene();
    await life.edit(personId, { Title: 'Countess' });
    await deletePersonHere(life.ports, personId, 'keep');
    expect(life.persons.logOf(personId).at(-1)?.detail).toEqual({ salesforce: 'keep', dropped: ['Title'] });
    await life.settle();
    await life.create({ Email: EMAIL, Phone: '1' });
    await life.settle();
    expect(life.row('Lead', lead)).toMatchObject({ Title: null, Phone: '1' });
    expect((await life.survivor(personId)).fields.Title ?? null).toBeNull();
  });

  test('goes to the person who has it, where there is one; nobody is revived', async () => {
    const on = await deletedHere();
    const { personId } = await on.life.create({ Email: 'grace@example.com' });
    await on.life.edit(personId, { Email: EMAIL });
    expect((await on.life.create({ Email: EMAIL, Phone: '1' })).personId).toBe(personId);
    expect(await isDeletedHere(on)).toBe(true);
  });

  test('of two who had it revives the one deleted last', async () => {
    const life = new Life();
    const leads = [life.addLead({ Email: EMAIL }), life.addLead({ Email: EMAIL })];
    await life.settle(1);
    const ids = leads.map((lead) => life.holder(lead).personId);
    for (const id of ids.toReversed()) {
      life.clock.advance(1000);
      await deletePersonHere(life.ports, id, 'keep');
    }
    expect((await life.create({ Email: EMAIL })).personId).toBe(ids[0]);
  });
});

describe('over HTTP', () => {
  const asked = (personId: string, query = {}) => ({ path: { personId }, query, headers: {}, body: undefined });

  /** The status of an answer, or of the problem in its place. */
  async function statusOf(answer: () => unknown): Promise<unknown> {
    try {
      return ((await answer()) as { readonly status: number }).status;
    } catch (problem) {
      const { statusCode, body } = problemResponse(problem as Problem);
      return [statusCode, (JSON.parse(body ?? '') as { readonly type: string }).type];
    }
  }

  test('DELETE answers 204, then GET 404, PATCH and sync 409', async () => {
    const { life, personId } = await leadScene();
    const deletion = () => deletePersonHere(life.ports, personId, parseDelete(asked(personId)).salesforce);
    const get = () => withPerson(life.persons, asked(personId), '', () => ({ status: 200, body: {} }));
    const patch = async () => editAnswer(await editFields(life.ports, personId, {}));
    expect([await statusOf(get), await statusOf(patch)]).toEqual([200, 200]);
    for (const _ of [1, 2])
      expect(await statusOf(async () => deleteAnswer(await deletion(), { salesforce: 'keep', erases: false }))).toBe(
        204,
      );
    expect(await statusOf(get)).toEqual([404, '/problems/not-found']);
    const gone = [409, '/problems/person-deleted'];
    expect([await statusOf(patch), await statusOf(async () => syncAnswer(await life.sync(personId)))]).toEqual([
      gone,
      gone,
    ]);
  });

  test.each([
    ['keep', false, ''],
    ['delete', false, '?salesforce=delete'],
    ['keep', true, '?erase=true'],
    ['delete', true, '?salesforce=delete&erase=true'],
  ] as const)('DELETE of one who was merged away answers 308: %s, %s', async (salesforce, erases, query) => {
    const { life, lead, personId } = await leadScene();
    const winner = life.addLead({ Email: 'grace@example.com' });
    await life.settle();
    // A person that was seen to change is newborn no more.
    life.change('Lead', winner, { Title: 'Admiral' });
    await life.settle();
    life.merge('Lead', winner, lead);
    await life.settle();
    const remove = erases ? erasePersonHere : deletePersonHere;
    const answer = deleteAnswer(await remove(life.ports, personId, salesforce), { salesforce, erases });
    const location = `/persons/${life.holder(winner).personId}${query}`;
    expect(answer).toMatchObject({ status: 308, headers: { location } });
  });

  test.each([
    [{}, { salesforce: 'keep', erases: false }],
    [
      { salesforce: 'keep', erase: 'false' },
      { salesforce: 'keep', erases: false },
    ],
    [
      { salesforce: 'delete', erase: 'true' },
      { salesforce: 'delete', erases: true },
    ],
  ])('%j means %j', (query, meant) => expect(parseDelete(asked('a', query))).toEqual(meant));

  test.each([{ salesforce: '' }, { salesforce: 'Delete' }, { salesforce: 'true' }, { erase: '' }, { erase: 'yes' }])(
    '%j is refused',
    async (query) => {
      expect(await statusOf(() => parseDelete(asked('a', query)))).toEqual([400, '/problems/invalid-parameter']);
    },
  );
});
