import type { Person } from '../../person/person.ts';
import { type Row, type RowName, typeOf } from '../../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { RowContext } from '../context/context.ts';
import { answerQuestion, answerQuestions } from './answer-questions.ts';
import type { Asking } from './asking.ts';
import type { Refreshed } from './merge-values.ts';

/** Persons after their rows were read again, by id, and the first error that kept one of them from it. */
export interface Refreshment {
  readonly persons: ReadonlyMap<string, Person>;
  readonly error: unknown;
}

/**
 * Reads the rows of persons again and merges what they hold; where other rows took their place, the persons go over to
 * those or are joined into their holders. Answers the persons as stored now, or their survivors; a person whose lease
 * somebody else holds, who was changed meanwhile, or who could not be stored, is missing: try again later.
 */
export async function refreshPersons(context: RowContext, persons: readonly Person[]): Promise<Refreshment> {
  const questions = persons.map(
    ({ personId }) => ({ kind: 'person', personId, attaches: false, readsOwn: true, told: false }) as const,
  );
  const askings = await answerQuestions(context, questions);
  const refreshed = new Map<string, Person>();
  let error: unknown = null;
  for (const { question, ended, reached } of askings) {
    if (ended?.kind === 'failed') error ??= ended.error;
    if (question.kind === 'person' && reached !== undefined) refreshed.set(question.personId, reached);
  }
  // A survivor that several of them lead to was written by each in turn.
  for (const person of Array.from(refreshed.values())) {
    const known = refreshed.get(person.personId);
    if (known === undefined || known.revision < person.revision) refreshed.set(person.personId, person);
  }
  return { persons: refreshed, error };
}

/** What was read for a person under our lease. */
export interface LeasedRead {
  readonly person: Person;
  /** The person's own row; undefined where it could not be read. */
  readonly record: RemoteRecord | undefined;
  /** A row that cannot be read is gone. */
  readonly recordIsGone?: boolean;
}

export type StoredRead =
  | ({ readonly kind: 'stored' } & Refreshed)
  /** The row could not be read and may live: the person is parked and says so. */
  | { readonly kind: 'notVisible'; readonly row: RowName }
  /** The person was joined into this one. */
  | { readonly kind: 'merged'; readonly into: string }
  /** Somebody else changed the person meanwhile. */
  | { readonly kind: 'changed' };

/**
 * Stores what a person's row is now, the lease kept. Where another row took its place, the person goes over to that
 * one, or is joined into its holder.
 */
export async function storeRead(context: RowContext, read: LeasedRead): Promise<StoredRead> {
  const { person, recordIsGone } = read;
  const { personId } = person;
  const question = { kind: 'person', personId, attaches: false, readsOwn: true, told: false, recordIsGone } as const;
  const asking = await answerQuestion(context, question, {
    token: person.lease?.owner,
    seen: seenIn(context, read),
  });
  return storedRead(read.person, asking);
}

function storedRead(person: Person, { ended, reached, pulled, conflicts, hasWritten }: Asking): StoredRead {
  if (ended?.kind === 'notVisible' && ended.row.id === person.salesforce?.id)
    return { kind: 'notVisible', row: ended.row };
  const isRead = ended?.kind === 'nothing' || ended?.kind === 'notVisible';
  if (!isRead || reached === undefined) return { kind: 'changed' };
  if (reached.personId !== person.personId) return { kind: 'merged', into: reached.personId };
  return { kind: 'stored', person: hasWritten ? reached : person, pulled, conflicts };
}

function seenIn(
  { schemas }: RowContext,
  { person, record }: LeasedRead,
): { readonly person: Person; readonly row: Row | null } {
  const type = typeOf(person);
  return { person, row: record === undefined ? null : rowOfRecord(schemas[type].schema, record) };
}
