import { acceptType } from '../lib/lambda/accept-type.ts';
import { openApiDocument } from '../lib/lambda/api/openapi.ts';
import { composeLanes, composeSideQueues } from '../lib/lambda/compose-queue.ts';
import { composeStore } from '../lib/lambda/compose-store.ts';
import { readEnvironment } from '../lib/lambda/environment.ts';
import { apiHandler, type RoutesOf } from '../lib/lambda/http-api.ts';
import { listCycles } from '../lib/lambda/list-cycles.ts';
import { purgeValues } from '../lib/lambda/purge-values.ts';
import { reconcileSoon } from '../lib/lambda/reconcile-soon.ts';
import { listRejections, retryRejections, summariseRejections } from '../lib/lambda/rejections.ts';
import { createShown } from '../lib/lambda/shown.ts';
import { listJobs, pauseJob, readJob, syncPersons } from '../lib/lambda/sync-lists.ts';
import { withPerson } from '../lib/lambda/with-person.ts';
import { readFieldStatus } from '../lib/sync/operate/field-status.ts';
import { readPersonSync } from '../lib/sync/operate/read-person-sync.ts';
import { readSyncStatus } from '../lib/sync/operate/sync-status.ts';

const environment = readEnvironment('operate', process.env);
const { objects, scheduleEnabled } = environment.settings;
const { fresh, backlog } = composeLanes(environment);
const ports = { ...composeStore(environment), queue: fresh, backlog };
/** Nobody waits for a list, or for rejections to be tried again. */
const later = { ...ports, queue: backlog };
const shown = createShown(ports);
const sideQueues = composeSideQueues(environment);

/** Status and control of the sync, and all routes without a function of their own. */
export const handler = apiHandler<RoutesOf<'operate'>>({
  'GET /sync/status': async () => ({
    status: 200,
    body: await readSyncStatus(ports, objects, sideQueues),
  }),
  'GET /sync/cycles': (request) => listCycles(ports.state, request),
  'GET /sync/fields': async () => ({ status: 200, body: { objects: await readFieldStatus(ports, objects) } }),
  'POST /sync/reconcile': (request) => reconcileSoon(ports, request),
  'POST /sync/fields/accept': (request) => acceptType(ports, request),
  'POST /sync/fields/purge': (request) => purgeValues(ports, request),

  'GET /sync/rejections': (request) => listRejections(ports, request, shown),
  'GET /sync/rejections/summary': () => summariseRejections(ports),
  'POST /sync/rejections/retry': (request) => retryRejections(later, request),
  'GET /persons/{personId}/sync': (request) =>
    withPerson(ports.persons, request, '/sync', async (person) => {
      const shownPerson = (await shown()).person(person);
      return { status: 200, body: await readPersonSync(ports, shownPerson, scheduleEnabled) };
    }),

  'POST /sync-persons': (request) => syncPersons(later, request),
  'GET /sync/jobs': (request) => listJobs(ports, request),
  'GET /sync/jobs/{jobId}': (request) => readJob(ports, request),
  'POST /sync/jobs/{jobId}/pause': (request) => pauseJob(later, request, true),
  'POST /sync/jobs/{jobId}/resume': (request) => pauseJob(later, request, false),

  'GET /openapi.json': async () => ({ status: 200, body: openApiDocument() }),
});
