import { expect, test } from 'vitest';
import { readList, startList } from '../../lib/sync/lists/list-jobs.ts';
import type { Ports } from '../../lib/sync/ports/ports.ts';
import { InMemoryListJobStore } from '../fakes/in-memory-list-job-store.ts';
import type { Io } from '../fakes/io.ts';
import { TwoSides } from './two-sides.ts';

/** A worker that dies at its nth operation: before its effect, or after it and before its answer. */
class Worker {
  readonly died = Promise.withResolvers<'died'>();
  isAlive = true;
  #left: number;
  readonly #when: 'before' | 'after';

  constructor(operations: number, when: 'before' | 'after') {
    this.#left = operations;
    this.#when = when;
  }

  readonly io: Io = async (_name, effect) => {
    if (this.#isDeadNow('before')) return new Promise(() => undefined);
    const result = effect();
    if (this.#isDeadNow('after')) return new Promise(() => undefined);
    return result;
  };

  /** Resolves never where the worker is dead. */
  call(when: 'before' | 'after'): Promise<void> {
    return this.#isDeadNow(when) ? new Promise(() => undefined) : Promise.resolve();
  }

  #isDeadNow(when: 'before' | 'after'): boolean {
    if (when === this.#when) this.#left -= 1;
    if (this.#left < 0 && this.isAlive) {
      this.isAlive = false;
      this.died.resolve('died');
    }
    return !this.isAlive;
  }
}

/** One person of each kind that a list can hold. */
async function scene() {
  const sides = new TwoSides();
  const lists = new InMemoryListJobStore();
  const person = (at: number) => ({ Email: `p${at}@example.com`, LastName: `Person ${at}`, Company: 'Engines' });
  const personIds = [await sides.create(person(0)), await sides.create(person(1))].map(({ personId }) => personId);
  const edited = await sides.linkedPerson({ Email: 'linked@example.com' });
  await sides.edit(edited.personId, { Title: 'Edited' });
  sides.insert('Lead', { ...person(1), Title: 'Found' });
  sides.clock.advance(5000);
  const ports: Ports = { ...sides.ports, lists };
  const jobId = await startList(ports, { personIds: [...personIds, edited.personId] }, { kind: 'unchanged' });
  return { sides, lists, ports, jobId, personIds, edited };
}

/** Answers whether the worker came to its end before it died. */
async function runWorker({ sides, lists, ports }: Awaited<ReturnType<typeof scene>>, worker: Worker): Promise<boolean> {
  const bodies = [...sides.queue.waiting];
  const hooks = sides.client.hooks;
  hooks.before = () => worker.call('before');
  hooks.after = () => worker.call('after');
  const own = { ...ports, lists: lists.through(worker.io), persons: sides.persons.through(worker.io) };
  const end = await Promise.race([sides.merge(own).then(() => 'ended' as const), worker.died.promise]);
  hooks.before = () => undefined;
  hooks.after = () => undefined;
  // The queue hands out again what a dead worker had.
  if (end === 'died') await sides.queue.send(bodies);
  return end === 'ended';
}

async function endOfStory(when: 'before' | 'after', operation: number) {
  const story = await scene();
  const { sides, ports, jobId, personIds, edited } = story;
  const ended = await runWorker(story, new Worker(operation, when));
  for (let round = 0; round < 40 && sides.queue.waiting.length > 0; round += 1) {
    // The lease of the dead worker runs out.
    sides.clock.advance(700_000);
    await sides.merge(ports);
  }
  const status = await readList(ports, jobId);
  if (status === undefined) throw new Error('the job is gone');
  const persons = [...personIds, edited.personId].map((personId) => sides.person(personId));
  const { Title: title } = sides.record('Lead', edited.salesforce?.id ?? '');
  return { ended, status, title, persons, leads: sides.count('Lead') };
}

test.each(['before', 'after'] as const)('killed %s any operation, a list ends without a second Lead', async (when) => {
  let operation = 0;
  for (let isOver = false; !isOver; operation += 1) {
    const { ended, status, title, persons, leads } = await endOfStory(when, operation);
    isOver = ended;
    const { created, linked, updated, unchanged } = status;
    // What a dead worker had made is found by the next: its Lead is linked, its edit is no news.
    expect({ operation, ...status, found: created + linked, edited: updated + unchanged, leads, title }).toMatchObject({
      operation,
      state: 'done',
      total: 3,
      found: 2,
      edited: 1,
      leads: 3,
      title: 'Edited',
    });
    for (const { salesforce, lease, pending } of persons) {
      expect({ operation, isLinked: salesforce !== null, lease, pending }).toEqual({
        operation,
        isLinked: true,
        lease: null,
        pending: {},
      });
    }
  }
  expect(operation).toBeGreaterThan(20);
});
