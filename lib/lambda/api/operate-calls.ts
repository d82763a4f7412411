import * as z from 'zod/mini';
import * as answers from './answer-shapes.ts';
import { type Call, optional, paging, required } from './call.ts';
import * as requests from './request-shapes.ts';
import type { RouteKey } from './routes.ts';
import * as statuses from './status-shapes.ts';

/** The calls for status and control of the sync. */
export const OPERATE_CALLS = {
  'GET /sync/status': {
    operationId: 'readStatus',
    summary: 'Where the sync stands',
    description:
      '`undecided`: persons hidden because Salesforce merged their record with the record of a person deleted locally; revive or delete every such person.',
    tag: 'Operate',
    answers: { 200: { description: 'The status.', body: statuses.status } },
    problems: [],
  },
  'GET /sync/cycles': {
    operationId: 'listCycles',
    summary: 'The cycles of the last days, newest first',
    tag: 'Operate',
    parameters: paging,
    answers: { 200: { description: 'A page of cycles.', body: statuses.cyclesPage } },
    problems: ['invalid-parameter'],
  },
  'GET /sync/fields': {
    operationId: 'readFields',
    summary: 'The synced fields, the direction, and reasons',
    tag: 'Operate',
    answers: { 200: { description: 'Every field by object.', body: statuses.fieldStatus } },
    problems: [],
  },
  'POST /sync/fields/accept': {
    operationId: 'acceptField',
    summary: 'Accept the new type of a field',
    description: 'A field whose type changed in Salesforce does not sync until the new type is accepted.',
    tag: 'Operate',
    body: required(requests.acceptBody),
    answers: { 200: { description: 'Accepted.', body: statuses.accepted } },
    problems: ['invalid-body', 'not-found'],
  },
  'POST /sync/fields/purge': {
    operationId: 'purgeField',
    summary: 'Remove the values of a field hidden from the sync user',
    description:
      'From every person with a record of the object or without a record, and from the activities, in the next cycles; `schemaProblems` of the status reports the end. A field visible again meanwhile is left unchanged. Cannot be undone.',
    tag: 'Operate',
    body: required(requests.purgeBody),
    answers: { 202: { description: 'The next cycles remove the values.', body: statuses.purging } },
    problems: ['invalid-body', 'not-found', 'field-visible'],
  },
  'POST /sync/reconcile': {
    operationId: 'reconcile',
    summary: 'Compare every person with the record, from the next cycle on',
    description: '`acceptMissing` confirms that all missing records were deleted.',
    tag: 'Operate',
    body: optional(requests.reconcileBody),
    answers: { 202: { description: 'The next cycle begins.', body: statuses.reconciling } },
    problems: ['invalid-body'],
  },
  'GET /sync/rejections': {
    operationId: 'listRejections',
    summary: 'Persons parked by a rejection, newest first',
    tag: 'Operate',
    parameters: {
      code: { in: 'query', description: 'Only persons with the code; pages may be short.', schema: z.string() },
      ...paging,
    },
    answers: { 200: { description: 'A page of persons.', body: answers.personsPage } },
    problems: ['invalid-parameter'],
  },
  'GET /sync/rejections/summary': {
    operationId: 'summariseRejections',
    summary: 'The number of parked persons by code, with advice',
    tag: 'Operate',
    answers: { 200: { description: 'The summary.', body: statuses.rejectionSummary } },
    problems: [],
  },
  'POST /sync/rejections/retry': {
    operationId: 'retryRejections',
    summary: 'Try rejections again: of one person, of one code, or all',
    description:
      'The held-back edits are pushed again in the background, before `retryAt`. A person without a record gets no record: sync the person.',
    tag: 'Operate',
    body: required(requests.retryBody),
    answers: { 202: { description: 'They are tried soon.', body: requests.retryBody } },
    problems: ['invalid-body'],
  },
  'GET /openapi.json': {
    operationId: 'readDocument',
    summary: 'This document',
    tag: 'Operate',
    answers: { 200: { description: 'OpenAPI 3.1.', body: z.looseObject({ openapi: z.string() }) } },
    problems: [],
  },
} as const satisfies Partial<Readonly<Record<RouteKey, Call>>>;
