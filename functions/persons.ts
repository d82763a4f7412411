import { composeStore } from '../lib/lambda/compose-store.ts';
import { readEnvironment } from '../lib/lambda/environment.ts';
import { apiHandler, type RoutesOf } from '../lib/lambda/http-api.ts';
import { activityView, editAnswer, personAnswer, personView } from '../lib/lambda/person-answers.ts';
import { parseEmail, parseFields, parseIfMatch, parsePaging, parsePersonId } from '../lib/lambda/person-requests.ts';
import { withPerson } from '../lib/lambda/with-person.ts';
import { createOrEditByEmail, editFields, personsWithEmail } from '../lib/sync/edit-persons.ts';
import { joinedActivities } from '../lib/sync/joined-activities.ts';

const environment = readEnvironment('persons', process.env);
const ports = composeStore(environment);

export const handler = apiHandler<RoutesOf<'persons'>>({
  'POST /persons': async (request) => editAnswer(await createOrEditByEmail(ports, parseFields(request.body))),

  'GET /persons': async (request) => {
    const persons = await personsWithEmail(ports, parseEmail(request));
    return { status: 200, body: { persons: persons.map(personView) } };
  },

  'GET /persons/{personId}': (request) => withPerson(ports.persons, request, '', (person) => personAnswer(200, person)),

  'PATCH /persons/{personId}': async (request) => {
    const personId = parsePersonId(request);
    return editAnswer(await editFields(ports, personId, parseFields(request.body), parseIfMatch(request)));
  },

  'GET /persons/{personId}/activities': async (request) => {
    const { limit, cursor } = parsePaging(request);
    return withPerson(ports.persons, request, '/activities', async (person) => {
      const page = await joinedActivities(ports.persons, person, limit, cursor);
      const activities = page.items.map(({ personId, activity }) => activityView(personId, activity));
      return { status: 200, body: { activities, cursor: page.cursor } };
    });
  },
});
