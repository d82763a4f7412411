import { describe, expect, test } from 'vitest';
import { ConfigError, QuotaExceededError, TransientError } from '../../lib/sync/errors.ts';
import type { SalesforceRecords } from '../../lib/sync/ports/salesforce-records.ts';
import { TwoSides } from './two-sides.ts';

const MINUTE = 60_000;

/** What happens in the org once a push was taken, before its rows are read again; and what the person is edited to. */
async function taken(happens: (sides: TwoSides, rowId: string) => void) {
  const sides = new TwoSides();
  const { personId, salesforce } = await sides.linkedPerson({ Title: 'old' });
  const rowId = salesforce?.id ?? '';
  sides.clock.advance(MINUTE);
  await sides.edit(personId, { Title: 'ours' });
  let isWritten = false;
  sides.client.hooks.between = ({ method }) => {
    if (method === 'PATCH') isWritten = true;
    else if (isWritten) {
      sides.client.hooks.between = undefined;
      happens(sides, rowId);
    }
  };
  sides.client.hooks.after = async (_, writes) => {
    if (!writes) return;
    sides.client.hooks.after = () => undefined;
    await sides.edit(personId, { Title: 'newer' });
  };
  return { sides, personId, rowId };
}

const converted = (sides: TwoSides, leadId: string) => void sides.control('convert', { leadId });

const mergedAway = (sides: TwoSides, loserId: string) => {
  const masterId = sides.insert('Lead', { LastName: 'Lovelace', Company: 'Analytical Engines' });
  sides.control('merge', { object: 'Lead', masterId, loserIds: [loserId] });
};

/** Reads meet an error, once a push was sent. */
function readsFail({ ports: { records } }: TwoSides, error: Error): SalesforceRecords {
  let fails = false;
  const sent = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    const given = await answer;
    fails = true;
    return given;
  };
  return {
    ...records,
    get maxPushBatch() {
      return records.maxPushBatch;
    },
    push: (...given) => sent(records.push(...given)),
    createLead: (...given) => sent(records.createLead(...given)),
    read: async (...given) => {
      if (fails) throw error;
      return records.read(...given);
    },
  };
}

const ENDS = [
  ['converted', converted],
  ['merged away', mergedAway],
] as const;

const ERRORS = [
  ['nothing', undefined],
  ['the quota', new QuotaExceededError('over')],
  ['the configuration', new ConfigError('told')],
  ['an outage', new TransientError('SERVER_UNAVAILABLE', 'down')],
] as const;

describe.each(ENDS)('a push into a row that is %s before it is read again', (_, happens) => {
  test.each(ERRORS)('is known as ours, whatever reading its successor meets: %s', async (_, error) => {
    for (const way of ['background', 'sync person'] as const) {
      const { sides, personId } = await taken(happens);
      const over = error === undefined ? {} : { records: readsFail(sides, error) };
      if (way === 'background') {
        await sides.poll();
        await sides.merge(over);
      } else await sides.sync(personId, undefined, over).catch(() => undefined);
      sides.clock.advance(5 * MINUTE);
      await sides.cycle();
      sides.clock.advance(12 * MINUTE);
      await sides.cycle();
      const person = sides.person(personId);
      const { type = 'Lead', id = '' } = person.salesforce ?? {};
      expect(sides.record(type, id).Title, way).toBe('newer');
      expect(sides.logged(personId, 'conflict'), way).toEqual([]);
      expect(person, way).toMatchObject({ pending: {}, lease: null });
    }
  });
});

test.each(ERRORS)(
  'a Lead that is converted as soon as it is made is known as ours, whatever is met then: %s',
  async (_, error) => {
    const sides = new TwoSides();
    const { personId } = await sides.create({ Email: 'a@example.com', LastName: 'L', Company: 'C', Title: 'ours' });
    sides.client.hooks.between = () => {
      const leadId = sides.idOf("SELECT Id FROM Lead WHERE LastName = 'L'");
      if (leadId === '') return;
      sides.client.hooks.between = undefined;
      converted(sides, leadId);
    };
    sides.client.hooks.after = async (_subrequests, writes) => {
      if (!writes) return;
      sides.client.hooks.after = () => undefined;
      await sides.edit(personId, { Title: 'newer' });
    };
    const over = error === undefined ? {} : { records: readsFail(sides, error) };
    await sides.sync(personId, undefined, over).catch(() => undefined);
    sides.clock.advance(12 * MINUTE);
    await sides.sync(personId);
    const { type, id = '' } = sides.person(personId).salesforce ?? {};
    expect(type).toBe('Contact');
    expect(sides.record('Contact', id).Title).toBe('newer');
    expect(sides.logged(personId, 'conflict')).toEqual([]);
  },
);
