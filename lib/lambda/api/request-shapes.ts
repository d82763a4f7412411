import * as z from 'zod/mini';
import { salesforceType } from './named-shapes.ts';

/** The requests of the API's calls: checked by the functions, and described in the OpenAPI document. */

const fieldValue = z.union(
  [z.string(), z.number(), z.boolean(), z.null()],
  'takes text, a number, true, false or null',
);

export const fields = z.record(z.string().check(z.minLength(1)), fieldValue);

const ownerId = z.string().check(z.regex(/^005[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/, 'is not the id of a user'));
const queueId = z.string().check(z.regex(/^00G[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/, 'is not the id of a queue'));

export const assignTo = z.union(
  [z.strictObject({ ownerId }), z.strictObject({ queueId }), z.strictObject({ assignmentRule: z.literal(true) })],
  'takes one of ownerId (005…), queueId (00G…), assignmentRule: true',
);

export const fieldsBody = z.strictObject({ fields });
const syncMembers = { assignTo: z.optional(assignTo), recordIsGone: z.optional(z.literal(true)) };
export const syncBody = z.strictObject(syncMembers);
export const previewBody = z.strictObject({ personId: z.string() });
export const syncPersonBody = z.strictObject({ fields, ...syncMembers });
export const acceptBody = z.strictObject({
  object: salesforceType,
  field: z.string().check(z.minLength(1)),
});
export const purgeBody = acceptBody;

const personId = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not the id of a person'));

/** Maximum persons of a list. */
export const MAX_LIST = 10_000;

export const syncPersonsBody = z.union(
  [
    z.strictObject({
      personIds: z.array(personId).check(z.minLength(1), z.maxLength(MAX_LIST)),
      assignTo: z.optional(assignTo),
    }),
    z.strictObject({ status: z.literal('localOnly'), assignTo: z.optional(assignTo) }),
  ],
  `takes personIds, 1 to ${MAX_LIST} ids of persons, or status: "localOnly"; and assignTo as a sync of one person`,
);

export const retryBody = z.union(
  [
    z.strictObject({ personId: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)) }),
    z.strictObject({ code: z.string().check(z.minLength(1), z.maxLength(200)) }),
    z.strictObject({ all: z.literal(true) }),
  ],
  'takes one of personId, code, all: true',
);
export const reconcileBody = z.strictObject({ acceptMissing: z._default(z.boolean(), false) });

/** More fields than any Salesforce object has. */
export const MAX_FIELDS = 1000;

export const STATUSES = ['localOnly', 'pending', 'rejected', 'synced'] as const;

/** Maximum persons of a batch. */
export const MAX_BATCH = 500;

/** Persons are checked separately, so that an invalid person does not block the others. */
export const batchBody = z.strictObject({ persons: z.array(z.unknown()).check(z.maxLength(MAX_BATCH)) });

/** Page sizes of a list. */
export const LIMITS = { default: 50, max: 200 } as const;
