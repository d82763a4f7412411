import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyOfPerson, keysOfPerson, personIdOfKey } from '../../lib/person/person-key.ts';
import type { SubAnswer } from '../../lib/salesforce/subrequest.ts';
import { TransientError } from '../../lib/sync/errors.ts';
import { syncPerson } from '../../lib/sync/sync-person/sync-person.ts';
import { Life } from './life.ts';

const ADA = { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' };

interface Scene {
  readonly life: Life;
  readonly personId: string;
  readonly lead: string;
}

/** A person made here, with a Lead that carries its id. */
async function scene(): Promise<Scene> {
  const life = new Life();
  await life.settle(1);
  const { personId } = await life.create(ADA);
  await life.sync(personId);
  await life.settle();
  return { life, personId, lead: await rowOf(life, personId) };
}

async function rowOf(life: Life, personId: string): Promise<string> {
  return String((await life.survivor(personId)).salesforce?.id);
}

function leads(life: Life, state: 'open' | 'converted'): string[] {
  const rows = [...life.org.state.store.table('Lead').values()];
  const isIn = (row: (typeof rows)[number]) => row.IsDeleted === false && row.IsConverted === (state === 'converted');
  return rows.filter(isIn).map((row) => String(row.Id));
}

const GOINGS: readonly (readonly [string, (on: Scene) => Promise<void>])[] = [
  [
    'deleted, as the person knows',
    async ({ life, lead }) => {
      const contact = life.convert(lead);
      await life.settle();
      life.delete('Contact', contact);
      await life.settle();
    },
  ],
  ['deleted, and nobody has seen any of it yet', async ({ life, lead }) => life.delete('Contact', life.convert(lead))],
  [
    'deleted after the conversion was seen',
    async ({ life, lead }) => {
      const contact = life.convert(lead);
      await life.settle();
      life.delete('Contact', contact);
    },
  ],
  [
    'gone for good',
    async ({ life, lead }) => {
      const contact = life.convert(lead);
      await life.settle();
      life.hardDelete(contact);
      await life.settleNextDay();
    },
  ],
  [
    'merged into another, which is deleted',
    async ({ life, lead }) => {
      const contact = life.convert(lead);
      const winner = life.addContact({ Email: 'winner@example.com' });
      life.merge('Contact', winner, contact);
      life.delete('Contact', winner);
    },
  ],
];

describe.each(GOINGS)('the Contact that the Lead became is %s', (_, goes) => {
  test('a sync makes a new Lead, and it stays the only one', async () => {
    const on = await scene();
    await goes(on);
    expect(await on.life.sync(on.personId)).toMatchObject({ kind: 'synced', outcome: 'created' });

    const [made = '', ...others] = leads(on.life, 'open');
    expect(others).toEqual([]);
    await on.life.settle();
    expect(on.life.holder(made)).toMatchObject({ personId: on.personId, pending: {}, rejection: null });
    expect(await on.life.sync(on.personId)).toMatchObject({ kind: 'synced', outcome: 'unchanged' });
  });
});

async function withoutContact(): Promise<Scene & { readonly contact: string }> {
  const on = await scene();
  const contact = on.life.convert(on.lead);
  await on.life.settle();
  on.life.delete('Contact', contact);
  await on.life.settle();
  return { ...on, contact };
}

test('an answer that was lost makes no second one, whatever its email has become', async () => {
  const { life, personId } = await withoutContact();
  const composite = life.client.composite.bind(life.client);
  life.client.composite = async (subrequests, writes) => {
    const answer = await composite(subrequests, writes);
    if (answer.answers[0]?.status === 201) throw new TransientError('TIMEOUT', 'no answer', { mayHaveCommitted: true });
    return answer;
  };
  expect(await life.sync(personId)).toEqual({ kind: 'unavailable' });
  life.client.composite = composite;
  life.change('Lead', leads(life, 'open')[0] ?? '', { Email: 'countess@example.com' });
  life.addLead({ Email: ADA.Email });
  life.clock.advance(life.ports.leaseMs);

  expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'linked' });
  expect(leads(life, 'open')).toHaveLength(2);
  expect(leads(life, 'open')).toContain(await rowOf(life, personId));
});

test('the feed alone brings the person to a Lead whose making was never answered', async () => {
  const { life, personId } = await withoutContact();
  const lead = life.addLead({ ...ADA, Person_Id__c: keyOfPerson(personId, 2) });
  await life.settle();
  expect(life.holder(lead).personId).toBe(personId);
});

test('it happens again, and again', async () => {
  const { life, personId } = await scene();
  for (let count = 1; count <= 4; count += 1) {
    const contact = life.convert(await rowOf(life, personId));
    await life.settle();
    expect(await rowOf(life, personId)).toBe(contact);
    life.hardDelete(contact);
    await life.settleNextDay();
    expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
    expect([leads(life, 'open').length, leads(life, 'converted').length]).toEqual([1, count]);
  }
});

test('the new Lead, deleted after the old Contact left the recycle bin, is made anew', async () => {
  const { life, personId, contact } = await withoutContact();
  await life.sync(personId);
  life.hardDelete(contact);
  life.delete('Lead', await rowOf(life, personId));
  await life.settleNextDay();
  expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
  expect(leads(life, 'open')).toEqual([await rowOf(life, personId)]);
});

test('the Contact, undeleted, is a person of its own', async () => {
  const { life, personId, contact } = await withoutContact();
  await life.sync(personId);
  const lead = await rowOf(life, personId);
  life.undelete(contact);
  await life.settle();
  expect(life.holder(contact).personId).not.toBe(personId);
  expect(life.holder(lead).personId).toBe(personId);
});

test('a Contact that nobody ever saw is not known to be gone, until somebody confirms it', async () => {
  const { life, personId, lead } = await scene();
  const contact = life.convert(lead);
  life.hardDelete(contact);
  await life.settle();
  const record = { type: 'Contact', id: contact };
  expect(await life.sync(personId)).toEqual({ kind: 'recordNotVisible', record });
  expect(leads(life, 'open')).toEqual([]);
  const confirmed = await syncPerson(life.ports, personId, { kind: 'unchanged' }, true);
  expect(confirmed).toMatchObject({ kind: 'synced', outcome: 'created' });
  expect(leads(life, 'open')).toHaveLength(1);
});

test('a Lead that is undeleted and edited just before another would be made is left as it is', async () => {
  const { life, personId, lead } = await scene();
  life.delete('Lead', lead);
  life.beforeNextWrite(() => {
    life.undelete(lead);
    life.change('Lead', lead, { Title: 'Countess' });
  });
  expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'updated', pulled: ['Title'] });
  expect(leads(life, 'open')).toEqual([lead]);
  expect(life.row('Lead', lead)?.Title).toBe('Countess');
  expect((await life.survivor(personId)).fields.Title).toBe('Countess');
});

/** Gives the sync user the permission "View and Edit Converted Leads": what it writes to one is taken. */
function mayEditConverted(life: Life): void {
  const { store } = life.org.state;
  const composite = life.client.composite.bind(life.client);
  life.client.composite = async (subrequests, writes) => {
    if (!writes) return composite(subrequests, writes);
    await life.client.hooks.before(subrequests, true);
    const answers: SubAnswer[] = [];
    for (const request of subrequests) {
      const converted = request.method === 'PATCH' ? leads(life, 'converted') : [];
      for (const id of converted) store.put('Lead', { ...life.row('Lead', id), IsConverted: false });
      answers.push(...(await composite([request], false)).answers);
      for (const id of converted) store.put('Lead', { ...life.row('Lead', id), IsConverted: true });
    }
    return { answers, beganAt: life.org.clock.now(), tookMs: 0 };
  };
}

describe('where the sync user may edit converted Leads', () => {
  test('the next Lead is made all the same', async () => {
    const { life, personId } = await withoutContact();
    mayEditConverted(life);
    expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
    expect(leads(life, 'open')).toEqual([await rowOf(life, personId)]);
  });

  test.each(['a sync', 'the background'])('an edit goes on to the Contact by %s', async (by) => {
    const { life, personId, lead } = await scene();
    await life.edit(personId, { Title: 'Clerk' });
    await life.settle();
    mayEditConverted(life);
    await life.edit(personId, { Title: 'Countess' });
    life.beforeNextWrite(() => {
      life.convert(lead);
    });
    if (by === 'a sync') expect(await life.sync(personId)).toMatchObject({ kind: 'synced', pushed: ['Title'] });
    else await life.settle();
    const { salesforce, fields, pending } = await life.survivor(personId);
    expect(salesforce?.type).toBe('Contact');
    expect(life.row('Contact', salesforce?.id ?? '')?.Title).toBe('Countess');
    expect([fields.Title, pending]).toEqual(['Countess', {}]);
  });
});

test('where the field of the keys is not unique no Lead is made: there could be two', async () => {
  const life = new Life();
  const { feed } = life.ports;
  const describeAll = feed.describe.bind(feed);
  feed.describe = async (...asked) => {
    const described = await describeAll(...asked);
    const fields = (described.get('Lead')?.object.fields ?? []).map((field) => ({ ...field, unique: false }));
    for (const lead of [described.get('Lead')]) if (lead !== undefined) Object.assign(lead.object, { fields });
    return described;
  };
  await life.settle(1);
  const { personId } = await life.create(ADA);
  await expect(life.sync(personId)).rejects.toThrow('Lead.Person_Id__c must be unique');
  expect(leads(life, 'open')).toEqual([]);
});

describe('the keys of a person', () => {
  const ids = fc.oneof(fc.uuid(), fc.stringMatching(/^sf-[A-Za-z0-9]{18}(-[1-9][0-9]?)?$/));

  test('fit the field, are all different, and lead back to the person', () => {
    fc.assert(
      fc.property(ids, (id) => {
        const keys = keysOfPerson(id);
        expect(keys[0]).toBe(id);
        expect(new Set(keys).size).toBe(9);
        for (const key of keys) expect([key.length <= 36, personIdOfKey(key)]).toEqual([true, id]);
      }),
    );
  });

  test.each(['ada', 'ada~', 'ada~1', 'ada~10', '~2', 'a b~2', 'ada~2~2'])('%s is no key of another life', (text) => {
    expect(personIdOfKey(text)).toBe(text);
  });
});
