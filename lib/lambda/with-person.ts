import type { Person } from '../person/person.ts';
import type { PersonStore } from '../sync/ports/person-store.ts';
import { survivorOfPerson } from '../sync/rows/holders.ts';
import { Problem } from './api/problem.ts';
import type { ApiAnswer, ApiRequest } from './http-api.ts';
import { movedAnswer } from './person-answers.ts';
import { parsePersonId } from './person-requests.ts';

/** Answers for the person named in the path, or redirects to the survivor; `below` is the remaining path. */
export async function withPerson(
  persons: PersonStore,
  request: ApiRequest,
  below: string,
  answer: (person: Person) => ApiAnswer | Promise<ApiAnswer>,
): Promise<ApiAnswer> {
  const personId = parsePersonId(request);
  const stored = await persons.get(personId);
  const person = stored && (await survivorOfPerson(persons, stored));
  if (person === undefined || person.erased) throw new Problem('not-found', 'the person does not exist');
  if (person.personId !== personId) return movedAnswer(person.personId, below);
  if (person.deletedHere !== null) throw new Problem('not-found', `deleted here at ${person.deletedHere.at}`);
  return answer(person);
}
