import { erasePerson } from '../../person/erase-person.ts';
import type { DeletedHere, Person } from '../../person/person.ts';
import { packIds } from '../change-message.ts';
import { loadSchemas } from '../context/schemas.ts';
import { TransientError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { answerQuestion } from '../rows/answer-questions.ts';
import { survivorOfPerson } from '../rows/holders.ts';
import { type DeleteOutcome, deleteRow, type RowDeletion } from './delete-person.ts';
import { underLease } from './under-lease.ts';

/**
 * When an erasure is repeated: every function running at the start has ended by then (the merge, the longest, may run
 * two minutes), so writes beside the person's item are found.
 */
const GO_OVER_AFTER_SECONDS = 300;

const ATTEMPTS = 8;

/**
 * Erases a person; on request the Salesforce row is deleted first. The table keeps ids, and the facts needed to prevent
 * a return. A message is enqueued before any removal, so that an interrupted erasure is finished. Idempotent.
 */
export async function erasePersonHere(
  ports: Ports,
  personId: string,
  salesforce: DeletedHere['salesforce'],
): Promise<DeleteOutcome> {
  return erase(ports, personId, async (leased) => {
    const row: RowDeletion =
      salesforce === 'delete' ? await deleteRow(ports, leased) : { kind: 'deleted', person: leased };
    if (row.kind !== 'deleted') return row;
    const body = packIds({ kind: 'persons', queuedAt: ports.clock.now(), erases: true }, [personId]);
    await ports.queue.send([...body], GO_OVER_AFTER_SECONDS);
    return row;
  });
}

/** Finishes an erasure for a message; nothing is left to delete in Salesforce. */
export function finishErasure(ports: Ports, personId: string): Promise<DeleteOutcome> {
  return erase(ports, personId, (person) => Promise.resolve({ kind: 'deleted', person }));
}

async function erase(
  ports: Ports,
  personId: string,
  before: (leased: Person) => Promise<RowDeletion>,
): Promise<DeleteOutcome> {
  const person = await joinedFirst(ports, personId);
  if (person === undefined) return { kind: 'notFound' };
  if (person.personId !== personId) return { kind: 'mergedAway', personId: person.personId };
  if (!person.erased) {
    const outcome = await underLease(ports, personId, { isGuarded: false, takesDeleted: true }, async ({ leased }) => {
      const row = await before(leased);
      return row.kind === 'deleted' ? eraseLeased(ports, row.person) : row;
    });
    if (outcome.kind !== 'deleted') return outcome;
  }
  await eraseParts(ports, personId);
  return { kind: 'deleted' };
}

/** The person's survivor, after finishing every half-done join on the way: a half-done join may carry values along. */
async function joinedFirst(ports: Ports, personId: string): Promise<Person | undefined> {
  const stored = await ports.persons.get(personId);
  if (stored === undefined || stored.mergedInto === null) return stored;
  const question = { kind: 'person', personId, readsOwn: false, attaches: false, hasMessage: true } as const;
  const run = await answerQuestion({ ports, schemas: await loadSchemas(ports) }, question);
  return run.foundPerson ?? survivorOfPerson(ports.persons, stored);
}

async function eraseLeased(ports: Ports, leased: Person): Promise<DeleteOutcome> {
  let stored: Person | undefined = leased;
  for (let attempt = 0; attempt < ATTEMPTS && stored !== undefined; attempt += 1) {
    if (stored.mergedInto !== null) return { kind: 'mergedAway', personId: stored.mergedInto };
    if (await eraseItem(ports, stored)) return { kind: 'deleted' };
    stored = await ports.persons.get(leased.personId);
  }
  return stored === undefined ? { kind: 'notFound' } : { kind: 'busy' };
}

/** Whether the item was unchanged since the read. Data named by the item is removed before the item is emptied. */
async function eraseItem({ persons, clock }: Ports, stored: Person): Promise<boolean> {
  await persons.forget(stored.personId, stored.claims);
  const outcome = await persons.update(stored, erasePerson(stored, clock.now()));
  return outcome.kind === 'written';
}

/** Erases every absorbed person, transitively; data beside the items is removed once more. */
async function eraseParts(ports: Ports, personId: string): Promise<void> {
  const seen = new Set([personId]);
  for (const id of seen) {
    const part = await ports.persons.get(id);
    if (part === undefined) continue;
    if (part.erased) await ports.persons.forget(id, part.claims);
    else if (!(await eraseItem(ports, part))) throw new TransientError('CONTENTION', 'a part was changed meanwhile');
    for (const absorbed of part.absorbed) seen.add(absorbed);
  }
}
