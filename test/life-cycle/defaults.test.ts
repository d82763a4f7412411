import { describe, expect, test } from 'vitest';
import type { Fields } from '../../lib/person/field-value.ts';
import { DEFAULT_POLICY } from '../../lib/schema/sync-policy.ts';
import { Life } from './life.ts';

const EMAIL = 'ada@example.com';

async function lifeWithDefaults(defaults: Fields = { LastName: 'Unknown', Company: 'None' }): Promise<Life> {
  const life = new Life({ ...DEFAULT_POLICY, defaults });
  await life.settle(1);
  return life;
}

function toldDefaults(life: Life, personId: string): readonly string[] | undefined {
  const told = life.persons.logOf(personId).flatMap((each) => (each.type === 'syncedToSalesforce' ? each.detail : []));
  expect(told).toHaveLength(1);
  return told[0]?.defaulted;
}

describe('a new Lead', () => {
  interface Case {
    readonly defaults?: Fields;
    readonly own: Fields;
    readonly made: Fields;
    /** What the log names, in the order of the alphabet. */
    readonly told?: readonly string[];
  }
  const both = { LastName: 'Unknown', Company: 'None' };
  const cases: readonly (readonly [string, Case])[] = [
    ['all, where the person has neither', { own: {}, made: both, told: ['Company', 'LastName'] }],
    [
      'only the company',
      { own: { LastName: 'Byron' }, made: { LastName: 'Byron', Company: 'None' }, told: ['Company'] },
    ],
    [
      'only the last name',
      { own: { Company: 'Navy' }, made: { LastName: 'Unknown', Company: 'Navy' }, told: ['LastName'] },
    ],
    [
      'one in place of blanks',
      { own: { LastName: ' ', Company: 'Navy' }, made: { LastName: 'Unknown', Company: 'Navy' }, told: ['LastName'] },
    ],
    [
      'none, where the person has both',
      { own: { LastName: 'Byron', Company: 'Navy' }, made: { LastName: 'Byron', Company: 'Navy' } },
    ],
    [
      'the only one there is',
      {
        defaults: { Company: 'None' },
        own: { LastName: 'Byron' },
        made: { LastName: 'Byron', Company: 'None' },
        told: ['Company'],
      },
    ],
  ];

  test.each(cases)('takes %s', async (_, { defaults, own, made, told }) => {
    const life = await lifeWithDefaults(defaults);
    const { personId } = await life.create({ Email: EMAIL, ...own });
    expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
    const defaulted = toldDefaults(life, personId);
    expect(defaulted?.toSorted()).toEqual(told);

    await life.settle();
    const person = await life.survivor(personId);
    expect(person).toMatchObject({ fields: made, pending: {} });
    expect(life.row('Lead', person.salesforce?.id ?? '')).toMatchObject(made);
  });

  test('that is refused all the same is told with what the person itself holds', async () => {
    const life = await lifeWithDefaults({ Company: 'None' });
    const { personId } = await life.create({ Email: EMAIL });
    expect(await life.sync(personId)).toMatchObject({ kind: 'rejected', rejection: { fields: ['LastName'] } });
    expect((await life.survivor(personId)).fields).toEqual({ Email: EMAIL });
  });
});

describe('nothing but a new Lead takes them', () => {
  test('not a row that is there already', async () => {
    const life = await lifeWithDefaults();
    const { personId } = await life.create({ Email: EMAIL });
    const contact = life.addContact({ Email: EMAIL });
    expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'linked' });
    await life.settle();
    expect(life.row('Contact', contact)?.LastName).toBe('Lovelace');
    expect((await life.survivor(personId)).fields).not.toHaveProperty('Company');
    expect(life.activityTypes(personId)).not.toContain('rejected');
  });

  test('not an edit that clears the field: that is refused', async () => {
    const life = await lifeWithDefaults();
    const lead = life.addLead({ Email: EMAIL });
    await life.settle(1);
    const { personId } = life.holder(lead);
    await life.edit(personId, { Company: null });
    expect(await life.sync(personId)).toMatchObject({ kind: 'rejected', rejection: { fields: ['Company'] } });
    expect(life.row('Lead', lead)?.Company).toBe('Engines');
  });

  test('but the Lead that takes the place of a deleted one does, where an edit has emptied the field', async () => {
    const life = await lifeWithDefaults();
    const lead = life.addLead({ Email: EMAIL });
    await life.settle(1);
    const { personId } = life.holder(lead);
    life.delete('Lead', lead);
    await life.settle(1);
    await life.edit(personId, { Company: null });
    expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
    expect(life.row('Lead', String((await life.survivor(personId)).salesforce?.id))).toMatchObject({
      LastName: 'Lovelace',
      Company: 'None',
    });
  });
});
