import { acceptType } from '../lib/lambda/accept-type.ts';
import { composeQueue } from '../lib/lambda/compose-queue.ts';
import { composeStore } from '../lib/lambda/compose-store.ts';
import { readEnvironment } from '../lib/lambda/environment.ts';
import { type ApiRequest, apiHandler } from '../lib/lambda/http-api.ts';
import { activityView, editAnswer, personAnswer, personView } from '../lib/lambda/person-answers.ts';
import { parseEmail, parseFields, parseIfMatch, parsePaging, parsePersonId } from '../lib/lambda/person-requests.ts';
import { Problem } from '../lib/lambda/problem.ts';
import type { Person } from '../lib/person/person.ts';
import { createOrEditByEmail, editFields, personsWithEmail } from '../lib/sync/edit-persons.ts';
import { readFieldStatus } from '../lib/sync/field-status.ts';
import { readSyncStatus } from '../lib/sync/sync-status.ts';

const environment = readEnvironment('persons', process.env);
const ports = composeStore(environment);
const queue = composeQueue(environment);

async function personOf(request: ApiRequest): Promise<Person> {
  const person = await ports.persons.get(parsePersonId(request));
  if (person === undefined) throw new Problem('not-found', 'there is no such person');
  return person;
}

export const handler = apiHandler({
  'POST /persons': async (request) => editAnswer(await createOrEditByEmail(ports, parseFields(request.body))),

  'GET /persons': async (request) => {
    const persons = await personsWithEmail(ports, parseEmail(request));
    return { status: 200, body: { persons: persons.map(personView) } };
  },

  'GET /persons/{personId}': async (request) => personAnswer(200, await personOf(request)),

  'PATCH /persons/{personId}': async (request) => {
    const personId = parsePersonId(request);
    return editAnswer(await editFields(ports, personId, parseFields(request.body), parseIfMatch(request)));
  },

  'GET /persons/{personId}/activities': async (request) => {
    const { limit, cursor } = parsePaging(request);
    const person = await personOf(request);
    const page = await ports.persons.activities(person, limit, cursor);
    const activities = page.items.map((activity) => activityView(person.personId, activity));
    return { status: 200, body: { activities, cursor: page.cursor } };
  },

  'GET /sync/status': async () => {
    return { status: 200, body: await readSyncStatus({ ...ports, queue }, environment.settings.objects) };
  },
  'GET /sync/fields': async () => {
    return { status: 200, body: { objects: await readFieldStatus(ports, environment.settings.objects) } };
  },
  'POST /sync/fields/accept': (request) => acceptType(ports, request),

  'GET /sync/rejections': async (request) => {
    const { limit, cursor } = parsePaging(request);
    const page = await ports.persons.rejected(limit, cursor);
    return { status: 200, body: { persons: page.items.map(personView), cursor: page.cursor } };
  },
});
