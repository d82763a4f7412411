import { acceptType } from '../lib/lambda/accept-type.ts';
import { composeQueue } from '../lib/lambda/compose-queue.ts';
import { composeStore } from '../lib/lambda/compose-store.ts';
import { readEnvironment } from '../lib/lambda/environment.ts';
import { apiHandler } from '../lib/lambda/http-api.ts';
import { listCycles } from '../lib/lambda/list-cycles.ts';
import { activityView, editAnswer, personAnswer, personView } from '../lib/lambda/person-answers.ts';
import { parseEmail, parseFields, parseIfMatch, parsePaging, parsePersonId } from '../lib/lambda/person-requests.ts';
import { reconcileSoon } from '../lib/lambda/reconcile-soon.ts';
import { withPerson } from '../lib/lambda/with-person.ts';
import { createOrEditByEmail, editFields, personsWithEmail } from '../lib/sync/edit-persons.ts';
import { readFieldStatus } from '../lib/sync/field-status.ts';
import { joinedActivities } from '../lib/sync/joined-activities.ts';
import { readSyncStatus } from '../lib/sync/sync-status.ts';

const environment = readEnvironment('persons', process.env);
const ports = composeStore(environment);
const queue = composeQueue(environment);

export const handler = apiHandler({
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

  'GET /sync/status': async () => {
    return { status: 200, body: await readSyncStatus({ ...ports, queue }, environment.settings.objects) };
  },
  'GET /sync/cycles': (request) => listCycles(ports.state, request),
  'GET /sync/fields': async () => {
    return { status: 200, body: { objects: await readFieldStatus(ports, environment.settings.objects) } };
  },
  'POST /sync/reconcile': (request) => reconcileSoon(ports, request),
  'POST /sync/fields/accept': (request) => acceptType(ports, request),

  'GET /sync/rejections': async (request) => {
    const { limit, cursor } = parsePaging(request);
    const page = await ports.persons.rejected(limit, cursor);
    return { status: 200, body: { persons: page.items.map(personView), cursor: page.cursor } };
  },
});
