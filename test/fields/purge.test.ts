import { describe, expect, test } from 'vitest';
import { purgeValues } from '../../lib/lambda/purge-values.ts';
import { readSyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import { deletePersonHere } from '../../lib/sync/sync-person/delete-person.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { StoredLife } from '../life-cycle/stored-life.ts';

const SECRET = 'twelve thousand a year';
const SETTINGS = { objects: ['Lead', 'Contact'], lagSeconds: 2, lookbackSeconds: 600, cycleLeaseMs: 60_000 } as const;

interface Scene {
  readonly life: StoredLife;
  readonly ids: readonly string[];
  readonly lead: string;
}

/** Persons of every kind who hold a value of the field: in step, joined, deleted here, made here, refused, with a long log. */
async function scene(): Promise<Scene> {
  const life = new StoredLife();
  life.admin('POST', '/_org/fields', { object: 'Lead', name: 'Note__c', type: 'string', length: 60 });
  await life.settle(1);
  const lead = life.addLead({ Email: 'ada@example.com', Note__c: SECRET });
  const joined = life.addLead({ Email: 'joined@example.com', Note__c: `${SECRET} too` });
  const deleted = life.addLead({ Email: 'deleted@example.com', Note__c: SECRET });
  await life.settle();
  const [ada, gone] = [`sf-${lead}`, `sf-${deleted}`];
  for (let at = 0; at < 10; at += 1) await life.edit(ada, { Note__c: `${SECRET}, ${at}` });
  life.merge('Lead', lead, joined);
  life.change('Lead', lead, { Note__c: `${SECRET} after all` });
  await life.settle();
  await deletePersonHere(life.ports, gone, 'keep');
  const made = await life.create({ Email: 'made@example.com', LastName: 'Made', Company: 'Here', Note__c: SECRET });
  return { life, ids: [ada, `sf-${joined}`, gone, made.personId], lead };
}

async function hide({ life }: Scene, isHidden: boolean): Promise<void> {
  life.admin('POST', '/_org/field-access', { object: 'Lead', field: 'Note__c', read: !isHidden, edit: !isHidden });
  life.clock.advance(300_000);
  await life.settle(2);
}

async function purge(life: StoredLife, field = 'Note__c'): Promise<number | string> {
  const request = { path: {}, query: {}, headers: {}, body: { object: 'Lead', field } };
  try {
    return (await purgeValues(life.ports, request)).status;
  } catch (error) {
    return String((error as { readonly problem?: string }).problem);
  }
}

async function problemsOf({ ports }: StoredLife): Promise<readonly string[]> {
  const status = await readSyncStatus(ports, ['Lead', 'Contact'], EMPTY_QUEUES);
  return status.schemaProblems.filter((line) => line.includes('Note__c'));
}

describe('a purge of a field out of sight', () => {
  test('removes its values from everybody and every log, and says when it is done', async () => {
    const on = await scene();
    const { life, ids } = on;
    expect((await life.holdersOf(SECRET)).sort()).toEqual([...ids].sort());
    await hide(on, true);
    expect((await life.holdersOf(SECRET)).sort()).toEqual([...ids].sort());
    expect(await problemsOf(life)).toEqual([expect.stringContaining('POST /sync/fields/purge')]);
    expect(await purge(life)).toBe(202);
    expect(await problemsOf(life)).toEqual([expect.stringContaining('are being removed')]);
    await life.settle();
    expect(await life.holdersOf(SECRET)).toEqual([]);
    expect(await problemsOf(life)).toEqual([expect.stringContaining('were removed')]);
    expect((await life.ports.state.loadJobs('Lead')).purge).toBeUndefined();
    const { persons } = life.ports;
    expect((await persons.get(ids[0] ?? ''))?.fields).toMatchObject({ Email: 'ada@example.com' });
  });

  test('goes on where a process died, at whatever write', async () => {
    let deaths = 0;
    for (let nth = 1; nth < 60; nth += 1) {
      const on = await scene();
      const { life } = on;
      await hide(on, true);
      await purge(life);
      const { ports, hasDied } = life.dyingAt(nth, nth % 2 === 0 ? 'before' : 'after');
      life.clock.advance(300_000);
      await pollCycle(ports, SETTINGS, () => 600_000).catch((error: Error) => error);
      if (!hasDied()) break;
      deaths += 1;
      life.clock.advance(120_000);
      await life.settle();
      expect(await life.holdersOf(SECRET)).toEqual([]);
      expect(await problemsOf(life)).toEqual([expect.stringContaining('were removed')]);
    }
    expect(deaths).toBeGreaterThan(10);
  });

  test('is refused for a field that is visible, and for one that never was', async () => {
    const on = await scene();
    expect(await purge(on.life)).toBe('field-visible');
    expect(await purge(on.life, 'Nothing__c')).toBe('not-found');
    expect(await on.life.holdersOf(SECRET)).toHaveLength(on.ids.length);
  });

  test('is over where the field becomes visible: what Salesforce holds is read again', async () => {
    const on = await scene();
    const { life, lead, ids } = on;
    await hide(on, true);
    await purge(life);
    await life.settle();
    await hide(on, false);
    await life.settle();
    expect(life.row('Lead', lead)?.Note__c).toContain(SECRET);
    expect((await life.survivor(`sf-${lead}`)).fields.Note__c).toBe(life.row('Lead', lead)?.Note__c);
    expect((await life.ports.persons.get(ids[3] ?? ''))?.fields).not.toHaveProperty('Note__c');
    await hide(on, true);
    // It was purged the time before, and not this time.
    expect(await problemsOf(life)).toEqual([expect.stringContaining('its values are kept')]);
  });

  test('leaves persons of another object alone', async () => {
    const on = await scene();
    const { life } = on;
    life.admin('POST', '/_org/fields', { object: 'Contact', name: 'Note__c', type: 'string', length: 60 });
    await life.settle();
    const contact = life.addContact({ Email: 'contact@example.com', Note__c: SECRET });
    await life.settle();
    await hide(on, true);
    await purge(life);
    await life.settle();
    expect(await life.holdersOf(SECRET)).toEqual([`sf-${contact}`]);
  });
});
