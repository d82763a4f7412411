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
  description: 'The person became a part of another person: the same call goes there.',
  body: answers.moved,
  headers: ['Location'],
};
/** The calls about persons. */
export const PERSON_CALLS = {
  'GET /persons': {
    operationId: 'listPersons',
    summary: 'List persons',
    description:
      'All, or those that one of the parameters names. Persons by status come newest first (those in step, and all others, in no order of time); persons of one email in pages in which the one changed last comes first.',
    tag: 'Persons',
    parameters: {
      email: { in: 'query', description: 'Whose email this is, in any case.', schema: z.string() },
      salesforceId: {
        in: 'query',
        description: 'Whose record this is: 15 or 18 characters.',
        schema: z.string(),
      },
      status: { in: 'query', description: 'Whose `sync.status` this is.', schema: z.enum(requests.STATUSES) },
      updatedSince: {
        in: 'query',
        description: 'Who changed at this instant or later, ISO 8601 with its zone.',
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
      'Each is saved as `POST /persons` saves one; the results come in the order asked. A wrong one keeps no other from being saved. Persons with one Email are saved one after the other.',
    tag: 'Persons',
    body: required(z.strictObject({ persons: z.array(requests.fieldsBody).check(z.maxLength(requests.MAX_BATCH)) })),
    answers: { 200: { description: 'What became of each: 201, 200, or the problem.', body: answers.batchResults } },
    problems: ['invalid-body', 'body-too-large'],
  },
  'POST /persons': {
    operationId: 'savePerson',
    summary: 'Create a person, or edit the one with this Email',
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
    description: 'Null and empty text clear a field. An edit that changes nothing makes no new version.',
    tag: 'Persons',
    parameters: {
      'If-Match': {
        in: 'header',
        description: 'The ETag of the version that the edit is for, or `*`.',
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
    summary: 'Delete or erase a person here, and on demand the record in Salesforce first',
    description:
      'Its record does not bring the person back. A person that was deleted keeps its values, and `POST /persons` with its Email brings it back; edits that waited are dropped. Of a person that was erased nothing stays but ids, and `POST /persons` with its Email makes a new person.',
    tag: 'Operate',
    parameters: {
      salesforce: {
        in: 'query',
        description: 'What becomes of the record in Salesforce, or of the record that took its place.',
        schema: z._default(z.enum(['keep', 'delete']), 'keep'),
      },
      erase: {
        in: 'query',
        description: 'Whether no value of the person is kept here, of one deleted before either. Cannot be undone.',
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
    description: 'The activities of all who became a part of the person are among them.',
    tag: 'Persons',
    parameters: paging,
    answers: { 200: { description: 'A page of the log.', body: answers.activitiesPage }, 308: moved },
    problems: ['invalid-parameter', 'not-found'],
  },
  'GET /persons/{personId}/activities/{activityId}': {
    operationId: 'readActivity',
    summary: 'Read one activity, with all that the log keeps of it',
    description:
      'A value that lost a conflict, or gave way when two persons became one, is whole. Of other long values the log keeps the beginning.',
    tag: 'Persons',
    answers: { 200: { description: 'The activity.', body: answers.activity }, 308: moved },
    problems: ['not-found'],
  },
  'GET /persons/{personId}/sync': {
    operationId: 'readPersonSync',
    summary: 'What of a person waits, and why',
    description: 'Computed from what is known here; Salesforce is not asked.',
    tag: 'Sync',
    answers: { 200: { description: 'What waits.', body: personSync }, 308: moved },
    problems: ['not-found'],
  },
  'POST /persons/{personId}/sync': {
    operationId: 'syncPerson',
    summary: 'Sync a person with Salesforce now',
    description:
      'Pushes the edits that wait and takes over what the record holds. A person without a record is linked to the only record with its Email, or a Lead is created. The person’s edits are kept whatever the answer. Where the record cannot be read and Salesforce has not listed it as deleted, nothing is made in its place: `record-not-visible` names it, and a call with `recordIsGone` confirms that it is gone.',
    tag: 'Sync',
    body: optional(requests.syncBody),
    answers: { 200: { description: 'Synced.', body: answers.synced }, 308: moved },
    problems: ['invalid-body', ...SYNC_PROBLEMS],
  },
  'POST /sync-person': {
    operationId: 'saveAndSyncPerson',
    summary: 'Create or edit a person by Email, and sync it, in one call',
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
