import * as z from 'zod/mini';
import { SALESFORCE_TYPES } from '../../person/row.ts';
import { count, cursor, instant, named, salesforceType, side, text, texts } from './named-shapes.ts';

/**
 * The answers of the API's calls, for the OpenAPI document and for checks in tests. Functions do not check their
 * answers, and only the function serving the document loads the shapes.
 */

const fieldValue = named(
  'FieldValue',
  'Null is empty. Dates are `YYYY-MM-DD`, date-times ISO 8601 in UTC, multi-select picklists `a;b`, ids 18 characters.',
  z.union([text, z.number(), z.boolean(), z.null()]),
);
const fields = named(
  'Fields',
  'Values by the API names of a Lead; a Contact uses the same names (its `MailingCity` is `City`).',
  z.record(text, fieldValue),
);
const longValue = named(
  'LongValue',
  'A text of more than 1,000 characters: its beginning, its length in characters, and the SHA-256 of the whole in UTF-8.',
  z.strictObject({ start: text, length: count, sha256: text }),
);
const shownValue = z.union([fieldValue, longValue]);
const shownFields = named(
  'ShownFields',
  'Values as a list or a log shows them: long texts by their beginning.',
  z.record(text, shownValue),
);

const rejection = named(
  'Rejection',
  'What Salesforce refused, or would surely refuse: its code, its message, and the fields that wait.',
  z.strictObject({ code: text, message: text, fields: texts }),
);
const standingRejection = named(
  'StandingRejection',
  'A refusal that stands. At `retryAt` it is tried again by itself; null: only a change, or a sync of the person, goes on.',
  z.strictObject({ ...rejection.shape, at: instant, retryAt: z.nullable(instant) }),
);

const owner = named(
  'Owner',
  'Who has the record in Salesforce. Name and email are null for a queue, and where the sync user may not see them.',
  z.strictObject({
    id: text,
    type: z.enum(['User', 'Queue']),
    name: z.nullable(text),
    email: z.nullable(text),
  }),
);
const record = named(
  'Record',
  'The record in Salesforce that is this person, as of the last state that was read.',
  z.strictObject({
    type: salesforceType,
    id: text,
    systemModstamp: instant,
    isDeleted: z.boolean(),
    isConverted: z.boolean(),
    convertedContactId: z.optional(text),
    owner: z.nullable(owner),
  }),
);
export const person = named(
  'Person',
  'One human. `salesforce` is null for a person who has never been there.',
  z.strictObject({
    personId: text,
    version: count,
    fields,
    salesforce: z.nullable(record),
    sync: z.strictObject({
      status: z.enum(['localOnly', 'synced', 'pending', 'rejected']),
      pending: texts,
      lastSyncedAt: z.nullable(instant),
      rejection: z.nullable(standingRejection),
    }),
    createdAt: instant,
    updatedAt: instant,
  }),
);

export const notSynced = named(
  'NotSynced',
  'Fields of the edit whose values stay here, because the person’s record has no place for such a field: until the record has the field.',
  z.array(z.strictObject({ field: text, why: text })),
);
export const savedPerson = named(
  'SavedPerson',
  'A person as an edit left it.',
  z.strictObject({ ...person.shape, notSynced: z.optional(notSynced) }),
);

const listedPerson = named(
  'ListedPerson',
  'A person as a list shows it; `GET /persons/{personId}` has its values whole.',
  z.strictObject({ ...person.shape, fields: shownFields }),
);

const conflict = named(
  'Conflict',
  'A field that both sides changed to different values since they last agreed, and the side whose value stands.',
  z.strictObject({ field: text, local: shownValue, remote: shownValue, winner: side }),
);

const direction = z.nullable(z.enum(['pull', 'push']));
const recordName = z.strictObject({ type: salesforceType, id: text });

function activityOf<Type extends string, Detail extends z.ZodMiniType>(type: Type, detail: Detail) {
  return z.strictObject({ activityId: text, at: instant, type: z.literal(type), direction, detail });
}

export const activity = named(
  'Activity',
  'One entry of a person’s activity log. `direction` is null for what was done here.',
  z.discriminatedUnion('type', [
    activityOf('created', z.strictObject({ source: z.enum(['api', ...SALESFORCE_TYPES]) })),
    activityOf(
      'fieldsChanged',
      z.strictObject({
        changes: z.array(z.strictObject({ field: text, from: shownValue, to: shownValue })),
        reason: z.optional(z.literal('tooLong')),
      }),
    ),
    activityOf('conflict', conflict),
    activityOf(
      'syncedToSalesforce',
      z.strictObject({ fields: texts, created: z.boolean(), defaulted: z.optional(texts) }),
    ),
    activityOf('rejected', z.strictObject({ ...rejection.shape, values: shownFields })),
    activityOf('linked', recordName),
    activityOf('converted', recordName),
    activityOf('deletedInSalesforce', recordName),
    activityOf('undeleted', recordName),
    activityOf(
      'merged',
      z.strictObject({
        into: text,
        from: z.optional(text),
        row: z.optional(text),
        fields: z.optional(z.record(text, text)),
        superseded: z.optional(shownFields),
      }),
    ),
    activityOf('ownerChanged', z.strictObject({ from: text, to: text })),
    activityOf(
      'deleted',
      z.strictObject({ salesforce: z.enum(['keep', 'delete']), dropped: z.optional(z.array(z.string())) }),
    ),
    activityOf('revived', z.strictObject({ source: z.literal('api') })),
  ]),
);

export const personsPage = z.strictObject({ persons: z.array(listedPerson), cursor });
export const activitiesPage = z.strictObject({ activities: z.array(activity), cursor });
export const batchResults = z.strictObject({
  results: z.array(
    z.strictObject({ status: z.int(), personId: z.nullable(text), problem: z.optional(z.looseObject({ type: text })) }),
  ),
});
export const moved = z.strictObject({ personId: text });

export const synced = named(
  'Synced',
  'What a sync has done. `pulled` and `pushed` are the fields whose values went that way.',
  z.strictObject({
    outcome: z.enum(['created', 'linked', 'updated', 'unchanged']),
    person,
    pushed: texts,
    pulled: texts,
    conflicts: z.array(conflict),
    notSynced: z.optional(notSynced),
  }),
);

export const candidate = named(
  'Candidate',
  'A record that could be this person; `personId` names whose it is, where it is another person’s.',
  z.strictObject({ type: salesforceType, id: text, personId: z.optional(text) }),
);

const fieldPlan = named(
  'FieldPlan',
  'One field of a preview. `local`, `base` and `remote` are left out where they are not known.',
  z.strictObject({
    field: text,
    apiName: z.nullable(text),
    local: z.optional(fieldValue),
    base: z.optional(fieldValue),
    remote: z.optional(fieldValue),
    action: z.enum(['pull', 'push', 'none']),
    to: z.optional(fieldValue),
    winner: z.nullable(side),
    why: text,
  }),
);
export const preview = named(
  'Preview',
  'What a sync of the person would do now. Nothing is changed on either side.',
  z.strictObject({
    personId: text,
    outcome: z.enum(['created', 'linked', 'updated', 'unchanged', 'rejected', 'ambiguousMatch', 'recordNotVisible']),
    record: z.nullable(candidate),
    candidates: z.array(candidate),
    waitsFor: z.nullable(text),
    rejection: z.nullable(rejection),
    pulled: texts,
    pushed: texts,
    fields: z.array(fieldPlan),
  }),
);

/** The shape of a problem's field; additional members are in `PROBLEM_MEMBERS`. */
export const fieldProblem = z.strictObject({ field: text, reason: text });

/** Members of some problems beside `type`, `title`, `status` and `detail`. */
export const PROBLEM_MEMBERS = {
  fields: z.optional(z.array(fieldProblem)),
  rejection: z.optional(rejection),
  candidates: z.optional(z.array(candidate)),
  record: z.optional(recordName),
  deletedAt: z.optional(instant),
  personId: z.optional(text),
} as const;
