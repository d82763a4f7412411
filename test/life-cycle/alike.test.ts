import { describe, expect, test } from 'vitest';
import { Life } from './life.ts';

const ADA = { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' };

/** What Salesforce holds, made in this order; a name stands for a record with the email, `id` for one that carries the person's id. */
const SCENES: readonly (readonly [what: string, records: readonly ('Lead' | 'Contact' | 'id')[], isTaken: boolean])[] =
  [
    ['one Lead with the email', ['Lead'], true],
    ['one Contact with the email', ['Contact'], true],
    ['two Leads with the email', ['Lead', 'Lead'], false],
    ['a Lead and a Contact with the email', ['Lead', 'Contact'], false],
    ['two Contacts and a Lead with the email', ['Contact', 'Contact', 'Lead'], false],
    ['a Lead with the email, and one that carries the id', ['Lead', 'id'], true],
    ['two with the email, and one that carries the id', ['Lead', 'Contact', 'id'], true],
  ];

interface Scene {
  readonly life: Life;
  readonly personId: string;
}

/** A person who was never in Salesforce, and then the records. */
async function scene(records: readonly ('Lead' | 'Contact' | 'id')[]): Promise<Scene> {
  const life = new Life();
  await life.settle(1);
  const { personId } = await life.create(ADA);
  for (const record of records) {
    if (record === 'Contact') life.addContact({ Email: ADA.Email });
    else life.addLead({ Email: ADA.Email, ...(record === 'id' && { Person_Id__c: personId }) });
  }
  return { life, personId };
}

const linkOf = async ({ life, personId }: Scene) => (await life.survivor(personId)).salesforce?.id ?? null;

/** Whose a row is: one question, one answer, whoever asks it. */
describe('the poll and a sync of the person decide alike whose a record is', () => {
  test.each(SCENES)('%s', async (_, records, isTaken) => {
    const polled = await scene(records);
    await polled.life.settle();
    const synced = await scene(records);
    const outcome = await synced.life.sync(synced.personId);

    const [byPoll, bySync] = [await linkOf(polled), await linkOf(synced)];
    expect(byPoll).toBe(bySync);
    expect(byPoll !== null).toBe(isTaken);
    expect(outcome.kind).toBe(isTaken ? 'synced' : 'ambiguousMatch');

    // Asked the other way round afterwards, neither changes what the other decided.
    const again = await polled.life.sync(polled.personId);
    expect(again.kind).toBe(isTaken ? 'synced' : 'ambiguousMatch');
    await synced.life.settle();
    expect(await linkOf(polled)).toBe(byPoll);
    expect(await linkOf(synced)).toBe(bySync);
  });

  test.each(['poll', 'sync'] as const)(
    'an email that a second record gets later takes nothing away: %s',
    async (first) => {
      const on = await scene(['Lead']);
      const { life, personId } = on;
      if (first === 'poll') await life.settle();
      else await life.sync(personId);
      const link = await linkOf(on);
      expect(link).not.toBeNull();
      life.addContact({ Email: ADA.Email });
      await life.settle();
      expect(await life.sync(personId)).toMatchObject({ kind: 'synced' });
      expect(await linkOf(on)).toBe(link);
      expect(life.persons.all().filter(({ mergedInto }) => mergedInto === null)).toHaveLength(2);
    },
  );
});
