import { composeStore } from '../lib/lambda/compose-store.ts';
import { readEnvironment } from '../lib/lambda/environment.ts';
import { apiHandler, type RoutesOf } from '../lib/lambda/http-api.ts';
import { listActivities, readActivity } from '../lib/lambda/person-activities.ts';
import { editAnswer, listedPersonView, personAnswer } from '../lib/lambda/person-answers.ts';
import {
  parseFields,
  parseIfMatch,
  parsePaging,
  parsePersonId,
  parsePersonQuery,
} from '../lib/lambda/person-requests.ts';
import { saveBatch } from '../lib/lambda/save-batch.ts';
import { createShown } from '../lib/lambda/shown.ts';
import { sizedPage } from '../lib/lambda/sized-page.ts';
import { withPerson } from '../lib/lambda/with-person.ts';
import { createOrEditByEmail, editFields } from '../lib/sync/persons/edit-persons.ts';
import { listPersons } from '../lib/sync/persons/list-persons.ts';

const environment = readEnvironment('persons', process.env);
const ports = composeStore(environment);
const shown = createShown(ports);

export const handler = apiHandler<RoutesOf<'persons'>>({
  'POST /persons': async (request) => {
    const edited = await createOrEditByEmail(ports, parseFields(request.body));
    return editAnswer((await shown()).outcome(edited));
  },

  'POST /persons/batch': (request) => saveBatch(ports, request),

  'GET /persons': async (request) => {
    const { limit, cursor } = parsePaging(request);
    const read = (most: number) => listPersons(ports.persons, parsePersonQuery(request), most, cursor);
    const { person: show } = await shown();
    const page = await sizedPage(limit, read, (person) => listedPersonView(show(person)));
    return { status: 200, body: { persons: page.items, cursor: page.cursor } };
  },

  'GET /persons/{personId}': (request) =>
    withPerson(ports.persons, request, '', async (person) => personAnswer(200, (await shown()).person(person))),

  'PATCH /persons/{personId}': async (request) => {
    const edits = parseFields(request.body);
    const edited = await editFields(ports, parsePersonId(request), edits, parseIfMatch(request));
    return editAnswer((await shown()).outcome(edited));
  },

  'GET /persons/{personId}/activities': (request) => listActivities(ports.persons, request, shown),
  'GET /persons/{personId}/activities/{activityId}': (request) => readActivity(ports.persons, request, shown),
});
