import { describe, expect, test } from 'vitest';
import { createOrEditByEmail, editFields } from '../../lib/sync/persons/edit-persons.ts';
import { deletePersonHere } from '../../lib/sync/sync-person/delete-person.ts';
import { erasePersonHere } from '../../lib/sync/sync-person/erase-person.ts';
import { syncPerson } from '../../lib/sync/sync-person/sync-person.ts';
import { StoredLife } from './stored-life.ts';

const EMAIL = 'ada.king@example.com';
const MAIDEN = 'ada.byron@example.com';
const OTHER = 'countess@example.com';

/** What must be nowhere once the person is erased. */
const SECRETS = [EMAIL, MAIDEN, OTHER, 'Byron', 'Countess', 'Analytical', '+44 20 7946', 'Somerset'];

interface Scene {
  readonly life: StoredLife;
  readonly personId: string;
  /** Everybody who became a part of the person, and the person. */
  readonly ids: readonly string[];
  readonly lead: string;
}

/**
 * A person with all that a person may leave in the table: two emails that were claimed, a log that has left its item, a
 * person that was joined into it, a long value that lost a conflict, an edit that waits, and a rejection.
 */
async function scene(): Promise<Scene> {
  const life = new StoredLife();
  await life.settle(1);
  const { personId } = await life.create({ Email: MAIDEN, LastName: 'Byron', Company: 'Analytical Engines' });
  await life.edit(personId, { Email: EMAIL });
  await life.sync(personId);
  const lead = (await life.survivor(personId)).salesforce?.id ?? '';
  const second = life.addLead({ Email: OTHER, Title: 'Countess' });
  await life.settle();
  for (let at = 0; at < 12; at += 1) await life.edit(personId, { Phone: `+44 20 7946 ${at}` });
  life.merge('Lead', lead, second);
  await life.settle();
  life.change('Lead', lead, { Title: `Countess ${'of Somerset '.repeat(9)}` });
  await life.edit(personId, { Title: 'Countess of Lovelace' });
  await life.settle();
  await life.edit(personId, { Phone: '+44 20 7946 99' });
  return { life, personId, ids: [personId, `sf-${second}`], lead };
}

/** All that may stay of an erased person. */
const KEPT = new Set(
  (
    'pk sk version revision rowOf goneAt left mergedInto gives absorbed erased salesforce fields logNext deletedHere ' +
    'createdAt updatedAt lastSyncedAt'
  ).split(' '),
);

function expectErased({ life, ids }: Scene): void {
  expect(SECRETS.flatMap((secret) => life.placesOf(secret))).toEqual([]);
  const items = life.itemsOf(ids);
  expect(items.map(({ pk, sk }) => `${String(pk)} ${String(sk)}`).sort()).toEqual(
    ids.map((id) => `PERSON#${id} PERSON`).sort(),
  );
  for (const item of items) {
    expect(Object.keys(item).filter((name) => !KEPT.has(name))).toEqual([]);
    expect(item).toMatchObject({ erased: true, fields: {} });
    for (const name of ['owner', 'ownerId']) expect(Object.keys(item.salesforce ?? {})).not.toContain(name);
  }
}

describe('an erased person', () => {
  test('leaves nothing but ids in the table, in no item, key or index', async () => {
    const on = await scene();
    const { life, personId } = on;
    // The search finds what there is to be found: a search that cannot is no test.
    for (const secret of [EMAIL, MAIDEN]) expect(life.placesOf(secret)).not.toEqual([]);
    expect(life.itemsOf(on.ids).filter(({ sk }) => String(sk).startsWith('ACTIVITY')).length).toBeGreaterThan(0);
    expect(life.itemsOf(on.ids).some(({ queue }) => queue !== undefined)).toBe(true);
    expect(await erasePersonHere(life.ports, personId, 'keep')).toEqual({ kind: 'deleted' });
    expectErased(on);
    await life.deliver();
    await life.settle();
    expectErased(on);
  });

  test('is there for no call, and every repetition of the erasure ends alike', async () => {
    const on = await scene();
    const { life, personId } = on;
    for (const _ of [1, 2, 3]) expect(await erasePersonHere(life.ports, personId, 'keep')).toEqual({ kind: 'deleted' });
    const [, joined = ''] = on.ids;
    expect(await erasePersonHere(life.ports, joined, 'keep')).toEqual({ kind: 'mergedAway', personId });
    expect(await editFields(life.ports, personId, { Email: 'new@example.com' })).toEqual({ kind: 'notFound' });
    expect(await syncPerson(life.ports, personId, { kind: 'unchanged' })).toEqual({ kind: 'notFound' });
    expect(await deletePersonHere(life.ports, personId, 'keep')).toEqual({ kind: 'notFound' });
    expect(await erasePersonHere(life.ports, 'nobody', 'keep')).toEqual({ kind: 'notFound' });
    expectErased(on);
    expect(life.placesOf('new@example.com')).toEqual([]);
  });

  test.each(['before', 'after'] as const)('is erased whatever write the process dies at, %s it', async (when) => {
    let deaths = 0;
    for (let nth = 1; ; nth += 1) {
      const on = await scene();
      const { life, personId } = on;
      const { ports, hasDied } = life.dyingAt(nth, when);
      const outcome = erasePersonHere(ports, personId, 'keep').catch((error: Error) => error.message);
      if (!hasDied()) await outcome;
      if (!hasDied()) break;
      deaths += 1;
      await outcome;
      life.clock.advance(12 * 60_000);
      // The caller who got no answer may repeat the call, and where it does not, the message does.
      if (nth % 2 === 0) await erasePersonHere(life.ports, personId, 'keep');
      await life.deliver();
      await life.settle();
      const isAccepted = nth % 2 === 0 || (await life.survivor(personId)).erased;
      if (isAccepted) expectErased(on);
      // Before the first write of the erasure itself, the lease, nothing had been promised.
      else expect(nth).toBe(1);
    }
    expect(deaths).toBeGreaterThan(6);
  });

  test('can be erased after it was deleted here, with its record', async () => {
    const on = await scene();
    const { life, personId, lead } = on;
    await deletePersonHere(life.ports, personId, 'keep');
    expect(await erasePersonHere(life.ports, personId, 'delete')).toEqual({ kind: 'deleted' });
    expect(life.row('Lead', lead)?.IsDeleted).toBe(true);
    await life.settle();
    expectErased(on);
  });

  test('is not written to the table again by an edit in Salesforce, an undelete or a reconciliation', async () => {
    const on = await scene();
    const { life, personId, lead } = on;
    await erasePersonHere(life.ports, personId, 'keep');
    life.change('Lead', lead, { Title: 'Countess again' });
    await life.settle();
    life.delete('Lead', lead);
    await life.settle();
    life.undelete(lead);
    await life.settleNextDay();
    expectErased(on);
    expect((await life.survivor(personId)).salesforce).toMatchObject({ id: lead, isDeleted: false });
  });
});

describe('nobody comes back by Salesforce', () => {
  test.each(['a new Contact', 'a Contact that came first'] as const)('its Lead is converted: %s', async (how) => {
    const on = await scene();
    const { life, personId, lead } = on;
    await erasePersonHere(life.ports, personId, 'keep');
    const contact = life.convert(lead);
    await life.poll();
    const bodies = life.queue.take();
    const ofContact = (body: string) => (JSON.parse(body) as { readonly type: string }).type === 'Contact';
    if (how === 'a Contact that came first') await life.deliver(bodies.filter(ofContact));
    await life.deliver(bodies);
    await life.settleNextDay();
    expectErased({ ...on, ids: [...on.ids, ...(how === 'a new Contact' ? [] : [`sf-${contact}`])] });
    expect((await life.survivor(personId)).salesforce?.id).toBe(contact);
    expect(await life.ports.persons.scan({}, 100, null)).toEqual({ items: [], cursor: null });
  });

  test('another person merged into its record is deleted here and not erased: its values stay until it is decided', async () => {
    const on = await scene();
    const { life, personId, lead } = on;
    const other = life.addLead({ Email: 'grace@example.com', LastName: 'Hopper' });
    await life.settle();
    life.change('Lead', other, { Title: 'Admiral' });
    await life.settle();
    await erasePersonHere(life.ports, personId, 'keep');
    life.merge('Lead', lead, other);
    await life.settle();
    const grace = await life.survivor(`sf-${other}`);
    expect(grace).toMatchObject({ mergedInto: null, erased: false, salesforce: null, fields: { LastName: 'Hopper' } });
    expect(grace.deletedHere).toMatchObject({ undecided: true });
    expectErased(on);
    expect(await createOrEditByEmail(life.ports, { Email: 'grace@example.com' })).toMatchObject({
      kind: 'updated',
      person: { personId: grace.personId, deletedHere: null, fields: { Title: 'Admiral' } },
    });
    await life.settle();
    expect((await life.survivor(grace.personId)).deletedHere).toBeNull();
  });

  test('a POST with its email makes a new person, who takes the record over when it is synced', async () => {
    const on = await scene();
    const { life, personId, lead } = on;
    await erasePersonHere(life.ports, personId, 'keep');
    await life.settle();
    const outcome = await createOrEditByEmail(life.ports, { Email: EMAIL, LastName: 'King' });
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    expect(outcome.person.personId).not.toBe(personId);
    expect(await life.sync(outcome.person.personId)).toMatchObject({
      kind: 'synced',
      outcome: 'linked',
      person: { salesforce: { id: lead } },
    });
    life.change('Lead', lead, { Title: 'Countess' });
    await life.deliver();
    await life.settle();
    expect((await life.survivor(outcome.person.personId)).fields.Title).toBe('Countess');
    expect((await life.survivor(personId)).fields).toEqual({});
  });
});
