import { type Call, paging, required } from './call.ts';
import * as requests from './request-shapes.ts';
import type { RouteKey } from './routes.ts';
import { listJob, listJobsPage, listStarted } from './status-shapes.ts';

const job = { 200: { description: 'The job.', body: listJob } } as const;

/** The calls about list jobs. */
export const LIST_CALLS = {
  'POST /sync-persons': {
    operationId: 'syncPersons',
    summary: 'Sync many persons: a list of persons, or all persons never in Salesforce',
    description:
      'Every person is matched, linked, created or pushed as by `POST /persons/{personId}/sync`, with two Salesforce calls per 200 new Leads. The person’s activity log has the result.',
    tag: 'Sync',
    body: required(requests.syncPersonsBody),
    answers: { 202: { description: 'The job has begun.', body: listStarted, headers: ['Location'] } },
    problems: ['invalid-body', 'body-too-large'],
  },
  'GET /sync/jobs': {
    operationId: 'listJobs',
    summary: 'The lists of the last 30 days, newest first, with the progress',
    tag: 'Sync',
    parameters: paging,
    answers: { 200: { description: 'A page of jobs; a page may be short.', body: listJobsPage } },
    problems: ['invalid-parameter'],
  },
  'GET /sync/jobs/{jobId}': {
    operationId: 'readJob',
    summary: 'How far a list of persons is synced',
    tag: 'Sync',
    answers: job,
    problems: ['not-found'],
  },
  'POST /sync/jobs/{jobId}/pause': {
    operationId: 'pauseJob',
    summary: 'Begin no further part of a list',
    description: 'Parts (200 persons) in progress are finished.',
    tag: 'Sync',
    answers: job,
    problems: ['not-found'],
  },
  'POST /sync/jobs/{jobId}/resume': {
    operationId: 'resumeJob',
    summary: 'Continue a list, even after a loss of messages',
    tag: 'Sync',
    answers: job,
    problems: ['not-found'],
  },
} as const satisfies Partial<Readonly<Record<RouteKey, Call>>>;
