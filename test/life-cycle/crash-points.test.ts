import { describe, expect, test } from 'vitest';
import { packIds, parseChangeMessage } from '../../lib/sync/change-message.ts';
import { mergeChanges } from '../../lib/sync/merge/merge-changes.ts';
import { editFields } from '../../lib/sync/persons/edit-persons.ts';
import type { Ports } from '../../lib/sync/ports/ports.ts';
import { holdersOf, survivorOfPerson } from '../../lib/sync/rows/holders.ts';
import { syncPerson } from '../../lib/sync/sync-person/sync-person.ts';
import { StoredLife } from './stored-life.ts';

/** A worker that is about to start, and what is looked at after it died. */
interface Scene {
  readonly life: StoredLife;
  readonly work: (ports: Ports) => Promise<unknown>;
  /** The messages that the worker was handling: they come again. */
  readonly messages: readonly string[];
  /** Rows and persons by the names that the expectations use. */
  readonly rows: Readonly<Record<string, string>>;
  readonly persons: Readonly<Record<string, string>>;
}

interface Story {
  readonly scene: () => Promise<Scene>;
  /** Who holds each row after one write more and one write more, as a reader sees it; equal neighbours are told once. */
  readonly seen: readonly string[];
  /** Whoever finishes the step, each of them alone. */
  readonly finishers: Readonly<Record<string, (scene: Scene) => Promise<unknown>>>;
}

const EMAIL = 'ada@example.com';
const PERSON = { LastName: 'Lovelace', Company: 'Engines', Email: EMAIL };

/** More writes than any scene takes. */
const MOST_WRITES = 16;

/** Longer than any lease, and than any message stays invisible. */
const LATER_MS = 700_000;

const finishers = {
  'its message, once more': ({ life, messages }: Scene) => life.deliver([...messages]),
  'the next sync': ({ life, persons }: Scene) => life.sync(persons.S ?? ''),
  "the message of the loser's row alone": ({ life, rows }: Scene) =>
    life.deliver([...packIds({ kind: 'refresh', type: 'Lead', queuedAt: life.clock.now() }, [rows.loser ?? ''])]),
  'what the worker queued; before that, the next sync': async ({ life, persons }: Scene) => {
    const queued = life.queue.take();
    if (queued.length === 0) await life.sync(persons.S ?? '');
    await life.deliver([...queued, ...life.queue.take()]);
  },
  'the next poll': async ({ life }: Scene) => {
    await life.poll();
    await life.deliver();
  },
} as const;

/** One merge of what the next poll finds. */
async function fed(life: StoredLife, names: Pick<Scene, 'rows' | 'persons'>): Promise<Scene> {
  await life.poll();
  const messages = life.queue.take();
  return { life, messages, work: (ports) => mergeOnce(ports, messages), ...names };
}

function mergeOnce(ports: Ports, bodies: readonly string[]): Promise<unknown> {
  const deliveries = bodies.map((body, at) => ({ id: String(at), message: parseChangeMessage(body), lastTry: false }));
  return mergeChanges(ports, deliveries, () => 600_000);
}

function synced(life: StoredLife, names: Pick<Scene, 'rows' | 'persons'>): Scene {
  const { S = '' } = names.persons;
  return { life, messages: [], work: (ports) => syncPerson(ports, S, { kind: 'unchanged' }), ...names };
}

/** A Lead and its person, which has had a second state and is newborn no more. */
async function known(life: StoredLife, email: string): Promise<{ readonly lead: string; readonly personId: string }> {
  const lead = life.addLead({ Email: email });
  await life.settle(1);
  life.change('Lead', lead, { Title: `of ${email}` });
  await life.settle(1);
  return { lead, personId: await holderId(life, lead) };
}

/** A person made here, and a Lead with the same email that nobody has met. */
async function namesakes(life: StoredLife) {
  await life.settle(1);
  const { personId } = await life.create(PERSON);
  return { rows: { lead: life.addLead({ Email: EMAIL }) }, persons: { S: personId } };
}

const STORIES: Readonly<Record<string, Story>> = {
  'the creation of a person': {
    scene: async () => {
      const life = new StoredLife();
      const lead = life.addLead({ Email: EMAIL });
      return fed(life, { rows: { lead }, persons: { born: `sf-${lead}` } });
    },
    seen: ['lead: born'],
    finishers: { message: finishers['its message, once more'] },
  },
  'a take by the feed': {
    scene: async () => {
      const life = new StoredLife();
      return fed(life, await namesakes(life));
    },
    seen: ['lead: nobody', 'lead: S'],
    finishers: { message: finishers['its message, once more'], sync: finishers['the next sync'] },
  },
  'a take by a sync': {
    scene: async () => {
      const life = new StoredLife();
      return synced(life, await namesakes(life));
    },
    seen: ['lead: nobody', 'lead: S'],
    finishers: { poll: finishers['the next poll'], sync: finishers['the next sync'] },
  },
  'a renunciation, and the life of its own that the row gets': {
    scene: async () => {
      const life = new StoredLife();
      const names = await namesakes(life);
      const { work, messages } = await fed(life, names);
      // The worker that claimed the Lead for the person dies, and the person goes on with another Lead.
      const claiming = life.dyingAt(1, 'after');
      await work(onlyWhile(claiming)).catch(() => undefined);
      life.clock.advance(LATER_MS);
      await editFields(life.ports, names.persons.S, { Email: 'another@example.com' });
      expect(await life.sync(names.persons.S)).toMatchObject({ outcome: 'created' });
      const again = (ports: Ports) => mergeOnce(ports, messages);
      const persons = { ...names.persons, own: `sf-${names.rows.lead}` };
      return { life, messages, work: again, rows: names.rows, persons };
    },
    seen: ['lead: nobody', 'lead: own'],
    finishers: { message: finishers['its message, once more'] },
  },
  'the new life of a row that its person has left': {
    scene: async () => {
      const life = new StoredLife();
      const { lead, personId } = await known(life, EMAIL);
      life.delete('Lead', lead);
      await life.settle(1);
      expect(await life.sync(personId)).toMatchObject({ outcome: 'created' });
      await life.settle(1);
      life.undelete(lead);
      return fed(life, { rows: { lead }, persons: { S: personId } });
    },
    seen: ['lead: nobody', 'lead: another'],
    finishers: { message: finishers['its message, once more'] },
  },
  'a conversion into a Contact that nobody knows': {
    scene: async () => {
      const life = new StoredLife();
      const { lead, personId } = await known(life, EMAIL);
      const contact = life.convert(lead);
      return fed(life, { rows: { lead, contact }, persons: { S: personId } });
    },
    seen: ['lead: S, contact: nobody', 'lead: nobody, contact: S'],
    finishers: { message: finishers['its message, once more'], sync: finishers['the next sync'] },
  },
  'a merge of two known rows': {
    scene: async () => {
      const life = new StoredLife();
      const loser = await known(life, 'loser@example.com');
      const winner = await known(life, 'winner@example.com');
      life.merge('Lead', winner.lead, loser.lead);
      const rows = { loser: loser.lead, winner: winner.lead };
      return fed(life, { rows, persons: { S: winner.personId, L: loser.personId } });
    },
    seen: ['loser: L, winner: S', 'loser: nobody, winner: S'],
    finishers: {
      message: finishers['its message, once more'],
      loser: finishers["the message of the loser's row alone"],
    },
  },
  'a join that a sync begins': {
    scene: async () => {
      const life = new StoredLife();
      const { lead, personId } = await known(life, EMAIL);
      const other = life.addContact({ Email: 'other@example.com' });
      await life.settle(1);
      life.change('Contact', other, { Title: 'of the Contact' });
      await life.settle(1);
      const holder = await holderId(life, other);
      const contact = life.convert(lead, other);
      return synced(life, { rows: { lead, contact }, persons: { S: personId, C: holder } });
    },
    seen: ['lead: S, contact: C', 'lead: nobody, contact: C'],
    finishers: {
      queued: finishers['what the worker queued; before that, the next sync'],
      poll: finishers['the next poll'],
    },
  },
};

/** A port of a process that does nothing any more once it has died. */
function mortal<Port extends object>(port: Port, hasDied: () => boolean): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        if (hasDied()) throw new Error('this process is dead');
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
}

/** The ports of a process whose store dies: nothing is sent or asked any more then. */
function onlyWhile({ ports, hasDied }: ReturnType<StoredLife['dyingAt']>): Ports {
  return { ...ports, queue: mortal(ports.queue, hasDied), records: mortal(ports.records, hasDied) };
}

async function holderId(life: StoredLife, rowId: string): Promise<string> {
  const holder = (await holdersOf(life.ports.persons, [rowId])).get(rowId);
  if (holder === undefined) throw new Error(`nobody holds ${rowId}`);
  return holder.personId;
}

/** Who holds each row, as a reader finds it. */
async function seenIn({ life, rows, persons }: Scene): Promise<string> {
  const holders = await holdersOf(life.ports.persons, Object.values(rows));
  const nameOf = (personId: string) => Object.entries(persons).find(([, id]) => id === personId)?.[0] ?? 'another';
  const told = Object.entries(rows).map(([name, id]) => {
    const holder = holders.get(id);
    return `${name}: ${holder === undefined ? 'nobody' : nameOf(holder.personId)}`;
  });
  return told.join(', ');
}

/** Lets a worker die right after a write; false where it comes to its end before. */
async function diesAfter(scene: Scene, writes: number): Promise<boolean> {
  const dying = scene.life.dyingAt(writes, 'after');
  await scene.work(onlyWhile(dying)).catch(() => undefined);
  return dying.hasDied();
}

async function everybody({ life }: Scene) {
  return (await life.ports.persons.scan({ everybody: true }, 1000, null)).items;
}

async function expectWhole(scene: Scene): Promise<void> {
  const persons = await everybody(scene);
  const livingAt = (rowId: string) =>
    persons.filter(({ mergedInto, salesforce }) => mergedInto === null && salesforce?.id === rowId);
  for (const type of ['Lead', 'Contact'] as const) {
    for (const row of scene.life.org.state.store.table(type).values()) {
      const lives = row.IsDeleted !== true && row.IsConverted !== true;
      if (lives) expect(livingAt(String(row.Id))).toHaveLength(1);
    }
  }
  for (const person of persons) {
    const { personId, mergedInto } = person;
    if (mergedInto === null) continue;
    const survivor = await survivorOfPerson(scene.life.ports.persons, person);
    expect(survivor.absorbed).toContain(personId);
  }
}

describe.each(Object.entries(STORIES))('a worker dies in the middle of %s', (_, { scene, seen, finishers: all }) => {
  test.each(Object.entries(all))('after any single write, and is finished by: %s', async (__, finish) => {
    const views: string[] = [];
    for (let writes = 1; writes <= MOST_WRITES; writes += 1) {
      const started = await scene();
      if (!(await diesAfter(started, writes))) break;
      const view = await seenIn(started);
      if (view !== views.at(-1)) views.push(view);
      started.life.clock.advance(LATER_MS);
      await finish(started);
      expect([writes, await seenIn(started)]).toEqual([writes, seen.at(-1)]);
      await expectWhole(started);
    }
    expect(views).toEqual(seen);
  });
});

test('a sync dies once Salesforce has made the Lead: the next sync, or the message of the Lead, finds the Lead', async () => {
  for (const finish of [finishers['the next sync'], finishers['the next poll']]) {
    const life = new StoredLife();
    await life.settle(1);
    const { personId } = await life.create(PERSON);
    const leads = () => [...life.org.state.store.table('Lead').values()];
    const hasDied = () => leads().length > 0;
    const { persons, queue } = life.ports;
    const ports = { ...life.ports, persons: mortal(persons, hasDied), queue: mortal(queue, hasDied) };
    await syncPerson(ports, personId, { kind: 'unchanged' }).catch(() => undefined);
    const rows = { lead: String(leads()[0]?.Id) };
    const scene: Scene = { life, messages: [], work: async () => undefined, persons: { S: personId }, rows };
    expect(await seenIn(scene)).toBe('lead: nobody');
    life.clock.advance(LATER_MS);
    await finish(scene);
    expect(await seenIn(scene)).toBe('lead: S');
    expect(leads()).toHaveLength(1);
  }
});
