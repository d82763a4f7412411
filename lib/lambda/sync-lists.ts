import { listLists, pauseList, readList, startList } from '../sync/lists/list-jobs.ts';
import type { Ports } from '../sync/ports/ports.ts';
import { Problem } from './api/problem.ts';
import { syncPersonsBody } from './api/request-shapes.ts';
import type { ApiAnswer, ApiRequest } from './http-api.ts';
import { assignToOf, parse, parsePaging } from './person-requests.ts';

type JobPorts = Pick<Ports, 'lists' | 'queue' | 'clock' | 'ids'>;

/** `{"personIds": […]}` or `{"status": "localOnly"}`, each with `assignTo`. */
export async function syncPersons(ports: JobPorts, { body }: ApiRequest): Promise<ApiAnswer> {
  const { assignTo, ...listed } = parse(syncPersonsBody, body);
  const persons = 'personIds' in listed ? listed : listed.status;
  const jobId = await startList(ports, persons, assignToOf(assignTo));
  return { status: 202, body: { jobId }, headers: { location: `/sync/jobs/${jobId}` } };
}

/** All jobs, a page at a time. */
export async function listJobs(ports: JobPorts, request: ApiRequest): Promise<ApiAnswer> {
  const { limit, cursor } = parsePaging(request);
  const page = await listLists(ports, limit, cursor);
  return { status: 200, body: { jobs: page.items, cursor: page.cursor } };
}

export async function readJob(ports: JobPorts, request: ApiRequest): Promise<ApiAnswer> {
  return jobAnswer(await readList(ports, jobIdOf(request)));
}

export async function pauseJob(ports: JobPorts, request: ApiRequest, paused: boolean): Promise<ApiAnswer> {
  return jobAnswer(await pauseList(ports, jobIdOf(request), paused));
}

function jobAnswer(job: Awaited<ReturnType<typeof readList>>): ApiAnswer {
  if (job === undefined) throw new Problem('not-found', 'the job does not exist, or is more than 30 days old');
  return { status: 200, body: job };
}

/** An impossible job id is answered as unknown. */
function jobIdOf({ path: { jobId = '' } }: ApiRequest): string {
  return /^[A-Za-z0-9-]{1,64}$/.test(jobId) ? jobId : 'none';
}
