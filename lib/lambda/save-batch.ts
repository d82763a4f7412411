import type { Fields } from '../person/field-value.ts';
import { inParallel } from '../sync/in-parallel.ts';
import { createOrEditByEmail, type EditPorts } from '../sync/persons/edit-persons.ts';
import { problemBody } from './api/problem.ts';
import { batchBody } from './api/request-shapes.ts';
import type { ApiAnswer, ApiRequest } from './http-api.ts';
import { problemOf } from './http-problems.ts';
import { logError } from './observability.ts';
import { editAnswer } from './person-answers.ts';
import { parse, parseFields } from './person-requests.ts';

/** Persons saved concurrently. */
const AT_ONCE = 16;

interface Result {
  readonly status: number;
  readonly personId: string | null;
  readonly problem?: object;
}

/**
 * Creates or edits up to 500 persons by Email, as separate calls would, and returns results in the given order. Persons
 * with the same Email are saved one after another: the last edit of a field wins.
 */
export async function saveBatch(ports: EditPorts, request: ApiRequest): Promise<ApiAnswer> {
  const { persons } = parse(batchBody, request.body);
  const results: Result[] = [];
  const groups = Map.groupBy(persons.keys(), (at) => emailOf(persons[at]) ?? at);
  await inParallel([...groups.values()], AT_ONCE, async (group) => {
    for (const at of group) results[at] = await savedPerson(ports, persons[at]);
  });
  return { status: 200, body: { results } };
}

async function savedPerson(ports: EditPorts, body: unknown): Promise<Result> {
  try {
    const fields: Fields = parseFields(body);
    const { status, body: person } = editAnswer(await createOrEditByEmail(ports, fields));
    return { status, personId: (person as { readonly personId: string }).personId };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.problem === 'internal-error') logError('unexpected error', error);
    const { status, ...rest } = problemBody(problem);
    return { status, personId: null, problem: { status, ...rest } };
  }
}

function emailOf(body: unknown): string | undefined {
  const fields = typeof body === 'object' && body !== null && 'fields' in body ? body.fields : undefined;
  const email = typeof fields === 'object' && fields !== null && 'Email' in fields ? fields.Email : undefined;
  return typeof email === 'string' ? email.trim().toLowerCase() : undefined;
}
