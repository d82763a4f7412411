import { describe, expect, test } from 'vitest';
import { Life } from './life.ts';

const ADA = { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' };

/** What Salesforce holds when a person who was never there is synced; answers the rows that matter, by name. */
type Scene = (life: Life, personId: string) => Record<string, string>;

/**
 * `made`: the new Lead. Else the row that the person is linked to by its name, or the names of all that could be it.
 */
type End = string | readonly string[];

const SCENES: readonly (readonly [string, Scene, End])[] = [
  ['nothing', () => ({}), 'made'],
  ['somebody else', (life) => ({ other: life.addLead({ Email: 'grace@example.com' }) }), 'made'],
  ['a Lead with the email', (life) => ({ lead: life.addLead({ Email: ADA.Email }) }), 'lead'],
  ['a Contact with the email', (life) => ({ contact: life.addContact({ Email: ADA.Email }) }), 'contact'],
  ['a Lead with the email in capitals', (life) => ({ lead: life.addLead({ Email: 'ADA@Example.com' }) }), 'lead'],
  [
    'two Leads with the email',
    (life) => ({ one: life.addLead({ Email: ADA.Email }), two: life.addLead({ Email: ADA.Email }) }),
    ['one', 'two'],
  ],
  [
    'a Lead and a Contact with the email',
    (life) => ({ lead: life.addLead({ Email: ADA.Email }), contact: life.addContact({ Email: ADA.Email }) }),
    ['lead', 'contact'],
  ],
  [
    'a Lead with the person’s id, and two rows with the email',
    (life, personId) => ({
      lead: life.addLead({ Email: 'countess@example.com', Person_Id__c: personId }),
      one: life.addLead({ Email: ADA.Email }),
      two: life.addContact({ Email: ADA.Email }),
    }),
    'lead',
  ],
  [
    'a Contact with the person’s id',
    (life, personId) => ({ contact: life.addContact({ Email: 'countess@example.com', Person_Id__c: personId }) }),
    'contact',
  ],
  [
    'a deleted Lead with the email',
    (life) => {
      const lead = life.addLead({ Email: ADA.Email });
      life.delete('Lead', lead);
      return { lead };
    },
    'made',
  ],
  [
    'a converted Lead with the email, and its Contact',
    (life) => ({ contact: life.convert(life.addLead({ Email: ADA.Email })) }),
    'contact',
  ],
];

describe('a person who was never in Salesforce, which holds', () => {
  test.each(SCENES)('%s', async (_, scene, end) => {
    const life = new Life();
    await life.settle(1);
    const { personId } = await life.create(ADA);
    const rows = scene(life, personId);
    const created = life.org.state.stats.recordsCreated;

    const outcome = await life.sync(personId);
    const link = (await life.survivor(personId)).salesforce;
    if (typeof end === 'string') {
      expect(outcome).toMatchObject({ kind: 'synced', outcome: end === 'made' ? 'created' : 'linked' });
      expect(Object.values(rows).includes(link?.id ?? '')).toBe(end !== 'made');
      if (end !== 'made') expect(link?.id).toBe(rows[end]);
    } else {
      const candidates = end.map((name) => {
        const id = rows[name] ?? '';
        return { type: id.startsWith('00Q') ? 'Lead' : 'Contact', id };
      });
      expect(outcome).toEqual({ kind: 'ambiguousMatch', candidates });
      expect(link).toBeNull();
    }
    expect(life.org.state.stats.recordsCreated - created).toBe(end === 'made' ? 1 : 0);
  });

  test('the Lead of another person: it is named, with whose it is, and not taken', async () => {
    const life = new Life();
    const lead = life.addLead({ Email: ADA.Email });
    await life.settle(1);
    const holder = life.holder(lead).personId;
    const { personId } = await life.create({ ...ADA, Email: 'countess@example.com' });
    await life.edit(personId, { Email: ADA.Email });
    const candidates = [{ type: 'Lead', id: lead, personId: holder }];
    expect(await life.sync(personId)).toEqual({ kind: 'ambiguousMatch', candidates });
    expect(life.holder(lead).personId).toBe(holder);
  });
});

describe('a duplicate rule refuses the new Lead', () => {
  /** A person who was never in Salesforce, and Leads with other emails that the rule takes for it. */
  async function refused(leads: number, action: 'block' | 'alert') {
    const life = new Life();
    await life.settle(1);
    const { personId } = await life.create({ ...ADA, Phone: '1', Title: 'Countess' });
    const matches = Array.from({ length: leads }, (_, at) => life.addLead({ Email: `${at}@example.com`, Phone: '1' }));
    life.admin('POST', '/_org/duplicate-rules', { object: 'Lead', matchOn: ['Phone'], action });
    return { life, personId, matches };
  }

  test.each(['block', 'alert'] as const)('for one record that is nobody’s: it is linked (%s)', async (action) => {
    const { life, personId, matches } = await refused(1, action);
    expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'linked' });
    await life.settle();
    const [lead = ''] = matches;
    expect(life.holder(lead)).toMatchObject({ personId, pending: {}, rejection: null });
    expect(life.row('Lead', lead)).toMatchObject({ Title: 'Countess', Email: ADA.Email });
    expect(life.org.state.stats.recordsCreated).toBe(1);
  });

  test.each(['block', 'alert'] as const)(
    'for one that is another’s: the rejection names it, and whose it is (%s)',
    async (action) => {
      const { life, personId, matches } = await refused(1, action);
      await life.settle(1);
      const [lead = ''] = matches;
      const message = expect.stringContaining(`Lead ${lead} (person ${life.holder(lead).personId})`);
      const rejection = { code: 'DUPLICATES_DETECTED', message };
      for (const _ of [1, 2]) expect(await life.sync(personId)).toMatchObject({ kind: 'rejected', rejection });
      expect(life.activityTypes(personId).filter((type) => type === 'rejected')).toHaveLength(1);
      expect(life.org.state.stats.recordsCreated).toBe(1);
    },
  );

  test('for two that are nobody’s: the rejection names both', async () => {
    const { life, personId, matches } = await refused(2, 'block');
    const message = expect.stringContaining(matches.map((lead) => `Lead ${lead}`).join(', '));
    expect(await life.sync(personId)).toMatchObject({ kind: 'rejected', rejection: { message } });
    expect((await life.survivor(personId)).salesforce).toBeNull();
  });
});

describe('rows with one email', () => {
  test('are a person each, and stay it', async () => {
    const life = new Life();
    const rows = [life.addLead(ADA), life.addLead(ADA), life.addContact({ Email: ADA.Email })];
    await life.settle();
    const ids = rows.map((row) => life.holder(row).personId);
    expect(new Set(ids).size).toBe(3);

    await life.edit(ids[0] ?? '', { Title: 'Countess' });
    await life.settle();
    expect(rows.map((row) => life.holder(row).personId)).toEqual(ids);
    expect(rows.map((row) => life.holder(row).fields.Title ?? null)).toEqual(['Countess', null, null]);
  });

  test('of which one appears after a person was made here for it: that one is the person’s, no other', async () => {
    const life = new Life();
    await life.settle(1);
    const { personId } = await life.create(ADA);
    const first = life.addLead(ADA);
    await life.settle();
    const second = life.addLead(ADA);
    await life.settle();
    expect(life.holder(first).personId).toBe(personId);
    expect(life.holder(second).personId).not.toBe(personId);
  });
});
