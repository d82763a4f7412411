import type { Person } from '../../person/person.ts';
import { answerQuestions } from './answer-questions.ts';
import type { RowContext } from './context.ts';

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
