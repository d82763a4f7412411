import type { Person } from '../../person/person.ts';
import { type Row, type RowName, typeOf } from '../../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { RowContext } from '../context/context.ts';
import { answerQuestion, answerQuestions } from './answer-questions.ts';
import type { Refreshed } from './merge-values.ts';
import type { QuestionRun } from './question-run.ts';

/** Persons after the read of their rows, by id, and the first error. */
export interface RefreshedPersons {
  readonly persons: ReadonlyMap<string, Person>;
  readonly error: unknown;
}

/**
 * Reads and merges the rows of persons; where a row has a successor, the person changes over or is joined into the
 * successor's holder. Returns the persons (or survivors) as stored now. A person is missing if leased to a different
 * worker, changed concurrently, or not storable: try again later.
 */
export async function refreshPersons(context: RowContext, persons: readonly Person[]): Promise<RefreshedPersons> {
  const questions = persons.map(
    ({ personId }) => ({ kind: 'person', personId, attaches: false, readsOwn: true, hasMessage: false }) as const,
  );
  const runs = await answerQuestions(context, questions);
  const refreshed = new Map<string, Person>();
  let error: unknown = null;
  for (const { question, ended, foundPerson } of runs) {
    if (ended?.kind === 'failed') error ??= ended.error;
    if (question.kind === 'person' && foundPerson !== undefined) refreshed.set(question.personId, foundPerson);
  }
  // A survivor of several persons was written several times: the highest revision is the latest.
  for (const person of Array.from(refreshed.values())) {
    const known = refreshed.get(person.personId);
    if (known === undefined || known.revision < person.revision) refreshed.set(person.personId, person);
  }
  return { persons: refreshed, error };
}

/** The result of a read under the caller's lease. */
export interface LeasedRead {
  readonly person: Person;
  /** The person's own row; undefined: could not be read. */
  readonly record: RemoteRecord | undefined;
  /** Treats an unreadable row as gone. */
  readonly recordIsGone?: boolean;
}

export type StoredRead =
  | ({ readonly kind: 'stored' } & Refreshed)
  /** The row could not be read and may live: the person is parked. */
  | { readonly kind: 'notVisible'; readonly row: RowName }
  /** The person was joined into the person `into`. */
  | { readonly kind: 'merged'; readonly into: string }
  /** The person was changed concurrently. */
  | { readonly kind: 'changed' };

/**
 * Stores the present state of a person's row and keeps the lease. If the row has a successor, the person changes over
 * or is joined into the successor's holder.
 */
export async function storeRead(context: RowContext, read: LeasedRead): Promise<StoredRead> {
  const { person, recordIsGone } = read;
  const { personId } = person;
  const question = {
    kind: 'person',
    personId,
    attaches: false,
    readsOwn: true,
    hasMessage: false,
    recordIsGone,
  } as const;
  const run = await answerQuestion(context, question, {
    token: person.lease?.owner,
    seen: seenIn(context, read),
  });
  return storedRead(read.person, run);
}

function storedRead(person: Person, { ended, foundPerson, pulled, conflicts, hasWritten }: QuestionRun): StoredRead {
  if (ended?.kind === 'notVisible' && ended.row.id === person.salesforce?.id)
    return { kind: 'notVisible', row: ended.row };
  const isRead = ended?.kind === 'nothing' || ended?.kind === 'notVisible';
  if (!isRead || foundPerson === undefined) return { kind: 'changed' };
  if (foundPerson.personId !== person.personId) return { kind: 'merged', into: foundPerson.personId };
  return { kind: 'stored', person: hasWritten ? foundPerson : person, pulled, conflicts };
}

function seenIn(
  { schemas }: RowContext,
  { person, record }: LeasedRead,
): { readonly person: Person; readonly row: Row | null } {
  const type = typeOf(person);
  return { person, row: record === undefined ? null : rowOfRecord(schemas[type].schema, record) };
}
