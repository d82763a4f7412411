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
  'Values by the API names of a Lead; a Contact uses the same names (a Contact’s `MailingCity` is `City`).',
  z.record(text, fieldValue),
);
const longValue = named(
  'LongValue',
  'A text of more than 1,000 characters: the beginning, the length in characters, and the SHA-256 of the full text in UTF-8.',
  z.strictObject({ start: text, length: count, sha256: text }),
);
const shownValue = z.union([fieldValue, longValue]);
const shownFields = named(
  'ShownFields',
  'Values as shown in lists and logs: long texts by the beginning.',
  z.record(text, shownValue),
);

const rejection = named(
  'Rejection',
  'A refusal by Salesforce, actual or certain: code, message, and the waiting fields.',
  z.strictObject({ code: text, message: text, fields: texts }),
);
const standingRejection = named(
  'StandingRejection',
  'A refusal in force. `retryAt`: the time of the automatic retry; null: only a change or a sync of the person continues.',
  z.strictObject({ ...rejection.shape, at: instant, retryAt: z.nullable(instant) }),
);

const owner = named(
  'Owner',
  'The owner of the record in Salesforce. Name and email are null for a queue, and if not visible to the sync user.',
  z.strictObject({
    id: text,
    type: z.enum(['User', 'Queue']),
    name: z.nullable(text),
    email: z.nullable(text),
  }),
);
const record = named(
  'Record',
  'The person’s record in Salesforce, as last read.',
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
  'One human. `salesforce` is null for a person never in Salesforce.',
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
  'Edited fields whose values stay local, because the person’s record lacks the field: until the record has the field.',
  z.array(z.strictObject({ field: text, why: text })),
);
export const savedPerson = named(
  'SavedPerson',
  'A person after an edit.',
  z.strictObject({ ...person.shape, notSynced: z.optional(notSynced) }),
);

const listedPerson = named(
  'ListedPerson',
  'A person as shown in a list; `GET /persons/{personId}` has the full values.',
  z.strictObject({ ...person.shape, fields: shownFields }),
);

const conflict = named(
  'Conflict',
  'A field changed to different values on both sides since base, and the side whose value stays.',
  z.strictObject({ field: text, local: shownValue, remote: shownValue, winner: side }),
);

const direction = z.nullable(z.enum(['pull', 'push']));
const recordName = z.strictObject({ type: salesforceType, id: text });

function activityOf<Type extends string, Detail extends z.ZodMiniType>(type: Type, detail: Detail) {
  return z.strictObject({ activityId: text, at: instant, type: z.literal(type), direction, detail });
}

export const activity = named(
  'Activity',
  'One entry of a person’s activity log. `direction` is null for a local action.',
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
  'The result of a sync. `pulled` and `pushed` name the fields with transferred values.',
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
  'A record matching the person; `personId` names the holder, if a different person.',
  z.strictObject({ type: salesforceType, id: text, personId: z.optional(text) }),
);

const fieldPlan = named(
  'FieldPlan',
  'One field of a preview. `local`, `base` and `remote` are omitted if unknown.',
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
  'The planned sync of the person. Nothing is changed on any side.',
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
