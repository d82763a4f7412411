import * as z from 'zod/mini';
import * as answers from './answer-shapes.ts';
import { type Answer, type Call, optional, paging, required } from './call.ts';
import type { ProblemName } from './problem.ts';
import * as requests from './request-shapes.ts';
import type { RouteKey } from './routes.ts';
import { personSync } from './status-shapes.ts';

const SALESFORCE_PROBLEMS: readonly ProblemName[] = ['salesforce-unavailable', 'salesforce-limit'];
const SYNC_PROBLEMS: readonly ProblemName[] = [
  'not-found',
  'busy',
  'contact-not-assignable',
  'ambiguous-match',
  'record-not-visible',
  'person-deleted',
  'salesforce-rejected',
  ...SALESFORCE_PROBLEMS,
];

const personAnswer = (description: string, body: Answer['body'] = answers.savedPerson): Answer => {
  return { description, ...(body && { body }), headers: ['ETag'] };
};
const moved: Answer = {
  description: 'The person was joined into the person in `Location`: repeat the call for the survivor.',
  body: answers.moved,
  headers: ['Location'],
};
/** The calls about persons. */
export const PERSON_CALLS = {
  'GET /persons': {
    operationId: 'listPersons',
    summary: 'List persons',
    description:
      'All persons, or the persons selected by one of the parameters. Persons by status come newest first (in step and without a filter: unordered); persons with an email come with the last changed person first on every page.',
    tag: 'Persons',
    parameters: {
      email: { in: 'query', description: 'The person’s email, in any case.', schema: z.string() },
      salesforceId: {
        in: 'query',
        description: 'The id of the person’s record: 15 or 18 characters.',
        schema: z.string(),
      },
      status: { in: 'query', description: 'The person’s `sync.status`.', schema: z.enum(requests.STATUSES) },
      updatedSince: {
        in: 'query',
        description: 'Persons changed at or after the instant, ISO 8601 with a zone.',
        schema: z.string(),
      },
      ...paging,
    },
    answers: { 200: { description: 'A page of persons.', body: answers.personsPage } },
    problems: ['invalid-parameter'],
  },
  'POST /persons/batch': {
    operationId: 'savePersons',
    summary: `Create or edit up to ${requests.MAX_BATCH} persons by Email`,
    description:
      'Every person is saved as by `POST /persons`; results come in the given order. An invalid person does not block the others. Persons with the same Email are saved one after another.',
    tag: 'Persons',
    body: required(z.strictObject({ persons: z.array(requests.fieldsBody).check(z.maxLength(requests.MAX_BATCH)) })),
    answers: { 200: { description: 'The result per person: 201, 200, or the problem.', body: answers.batchResults } },
    problems: ['invalid-body', 'body-too-large'],
  },
  'POST /persons': {
    operationId: 'savePerson',
    summary: 'Create a person, or edit the person with the Email',
    tag: 'Persons',
    body: required(requests.fieldsBody),
    answers: { 200: personAnswer('Edited.'), 201: personAnswer('Created.') },
    problems: ['invalid-body', 'invalid-fields', 'body-too-large'],
  },
  'GET /persons/{personId}': {
    operationId: 'readPerson',
    summary: 'Read a person',
    tag: 'Persons',
    answers: { 200: personAnswer('The person.', answers.person), 308: moved },
    problems: ['not-found'],
  },
  'PATCH /persons/{personId}': {
    operationId: 'editPerson',
    summary: 'Edit fields of a person',
    description: 'Null and empty text clear a field. An edit without a change makes no new version.',
    tag: 'Persons',
    parameters: {
      'If-Match': {
        in: 'header',
        description: 'The ETag of the version to edit, or `*`.',
        schema: z.string(),
      },
    },
    body: required(requests.fieldsBody),
    answers: { 200: personAnswer('Edited.'), 308: moved },
    problems: [
      'invalid-body',
      'invalid-fields',
      'invalid-parameter',
      'not-found',
      'person-deleted',
      'version-mismatch',
      'body-too-large',
    ],
  },
  'DELETE /persons/{personId}': {
    operationId: 'deletePerson',
    summary: 'Delete or erase a person, and on request the record in Salesforce first',
    description:
      'The record does not bring the person back. A deleted person keeps the values, and `POST /persons` with the Email revives the person; waiting edits are dropped. Of an erased person only ids stay, and `POST /persons` with the Email creates a new person.',
    tag: 'Operate',
    parameters: {
      salesforce: {
        in: 'query',
        description: 'Whether to keep or delete the record in Salesforce, or the record’s successor.',
        schema: z._default(z.enum(['keep', 'delete']), 'keep'),
      },
      erase: {
        in: 'query',
        description: 'Whether to remove all values of the person, also of a person deleted earlier. Cannot be undone.',
        schema: z._default(z.enum(['true', 'false']), 'false'),
      },
    },
    answers: { 204: { description: 'Deleted, or erased.' }, 308: moved },
    problems: [
      'invalid-parameter',
      'not-found',
      'busy',
      'record-not-visible',
      'salesforce-rejected',
      ...SALESFORCE_PROBLEMS,
    ],
  },
  'GET /persons/{personId}/activities': {
    operationId: 'listActivities',
    summary: 'Read a person’s activity log, newest first',
    description: 'Includes the activities of absorbed persons.',
    tag: 'Persons',
    parameters: paging,
    answers: { 200: { description: 'A page of the log.', body: answers.activitiesPage }, 308: moved },
    problems: ['invalid-parameter', 'not-found'],
  },
  'GET /persons/{personId}/activities/{activityId}': {
    operationId: 'readActivity',
    summary: 'Read one activity with full values',
    description:
      'The losing value of a conflict or join is stored in full. Of other long values the log stores the beginning.',
    tag: 'Persons',
    answers: { 200: { description: 'The activity.', body: answers.activity }, 308: moved },
    problems: ['not-found'],
  },
  'GET /persons/{personId}/sync': {
    operationId: 'readPersonSync',
    summary: 'What of a person waits, and why',
    description: 'Computed from stored state, without a Salesforce call.',
    tag: 'Sync',
    answers: { 200: { description: 'What waits.', body: personSync }, 308: moved },
    problems: ['not-found'],
  },
  'POST /persons/{personId}/sync': {
    operationId: 'syncPerson',
    summary: 'Sync a person with Salesforce now',
    description:
      'Pushes the waiting edits and pulls the record. A person without a record is linked to the only record with the Email, or a Lead is created. The person’s edits are kept whatever the answer. If the record cannot be read and Salesforce has not listed the record as deleted, no new record is created: `record-not-visible` names the record, and a call with `recordIsGone` confirms the deletion.',
    tag: 'Sync',
    body: optional(requests.syncBody),
    answers: { 200: { description: 'Synced.', body: answers.synced }, 308: moved },
    problems: ['invalid-body', ...SYNC_PROBLEMS],
  },
  'POST /sync-person': {
    operationId: 'saveAndSyncPerson',
    summary: 'Create or edit a person by Email, and sync the person, in one call',
    tag: 'Sync',
    body: required(requests.syncPersonBody),
    answers: { 200: { description: 'Synced.', body: answers.synced }, 308: moved },
    problems: ['invalid-body', 'invalid-fields', 'body-too-large', ...SYNC_PROBLEMS],
  },
  'POST /sync/preview': {
    operationId: 'previewSync',
    summary: 'What a sync of a person would do now',
    tag: 'Sync',
    body: required(requests.previewBody),
    answers: { 200: { description: 'The preview.', body: answers.preview } },
    problems: ['invalid-body', 'not-found', ...SALESFORCE_PROBLEMS],
  },
} as const satisfies Partial<Readonly<Record<RouteKey, Call>>>;
