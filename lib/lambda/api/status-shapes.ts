import * as z from 'zod/mini';
import { byType } from '../../person/row.ts';
import { count, cursor, instant, named, salesforceType, side, text, texts } from './named-shapes.ts';

/** The answers of the calls under `/sync`. */

const byObject = <Shape extends z.ZodMiniType>(shape: Shape) => z.strictObject(byType(() => z.optional(shape)));

const apiUsage = z.nullable(z.strictObject({ used: count, max: count }));

const cycleError = z.strictObject({ code: text, message: text });
const lastError = z.strictObject({ ...cycleError.shape, since: instant, failuresInARow: count });

const cycle = named(
  'Cycle',
  'The result of a cycle, including the merges so far. `calls` are calls to Salesforce.',
  z.strictObject({
    cycle: count,
    startedAt: instant,
    endedAt: instant,
    outcome: z.enum(['complete', 'paused', 'quota', 'failed']),
    error: z.nullable(cycleError),
    pulled: byObject(count),
    handedOut: count,
    backfilled: count,
    calls: count,
    apiUsage,
    pushed: count,
    rejected: count,
    conflicts: count,
  }),
);

export const cyclesPage = z.strictObject({ cycles: z.array(cycle), cursor });

const job = named(
  'FieldJob',
  'A read of some fields of every record: newly synced fields, or formulas.',
  z.strictObject({
    object: salesforceType,
    reason: z.enum(['newFields', 'formulas']),
    fields: texts,
    startedAt: instant,
    endedAt: z.nullable(instant),
    announcedCalls: z.nullable(count),
    calls: count,
    rows: count,
    expectedRows: z.nullable(count),
    restarts: count,
  }),
);

const runningReconciliation = z.strictObject({
  reason: z.enum(['scheduled', 'deletionsUntold', 'asked']),
  startedAt: instant,
  calls: count,
  persons: count,
  missing: count,
  changed: count,
  different: count,
});

export const status = named(
  'Status',
  'Where the sync stands.',
  z.strictObject({
    objects: byObject(
      z.strictObject({
        checkpoint: z.nullable(instant),
        readBy: z.enum(['rest', 'bulk']),
        bulkQuery: z.nullable(z.strictObject({ rows: count, expectedRows: z.nullable(z.int()) })),
      }),
    ),
    lastCycle: z.nullable(z.strictObject({ ...cycle.shape, error: z.nullable(lastError) })),
    lastSuccessAt: z.nullable(instant),
    backlog: z.strictObject({
      messages: count,
      lanes: z.strictObject({ fresh: count, backlog: count }),
      deadLetters: count,
      missedPolls: count,
      personsToPush: count,
    }),
    undecided: z.strictObject({ count, personIds: texts }),
    oldestWaitingSeconds: z.nullable(z.int()),
    lag: z.strictObject({ pullSeconds: z.nullable(count), pushSeconds: count }),
    firstSync: z.nullable(
      z.strictObject({
        startedAt: instant,
        expectedRows: z.nullable(count),
        queuedRows: count,
        mergedRows: count,
        rowsPerSecond: count,
        estimatedEndAt: z.nullable(instant),
      }),
    ),
    apiUsage,
    schemaProblems: texts,
    jobs: z.array(job),
    reconciliation: z.strictObject({
      running: z.nullable(runningReconciliation),
      last: z.nullable(z.strictObject({ ...runningReconciliation.shape, endedAt: instant, held: z.boolean() })),
    }),
  }),
);

export const personSync = named(
  'PersonSync',
  'The waiting edits of a person, with reasons; the last answered push; the next try; and the main cause of the wait.',
  z.strictObject({
    personId: text,
    status: z.enum(['localOnly', 'synced', 'pending', 'rejected']),
    waiting: z.array(z.strictObject({ field: text, reason: text })),
    lastTry: z.nullable(z.strictObject({ at: instant, code: z.nullable(text), message: z.nullable(text) })),
    nextTry: z.nullable(z.strictObject({ at: z.nullable(instant), why: text })),
    rule: z.nullable(z.strictObject({ code: text, message: text })),
  }),
);

export const rejectionSummary = named(
  'RejectionSummary',
  'The rejected persons by code, most persons first, with advice. If not `complete`, only the newest were counted.',
  z.strictObject({
    codes: z.array(z.strictObject({ code: text, count, oldestAt: instant, fix: text })),
    complete: z.boolean(),
  }),
);

const fieldReport = named(
  'Field',
  'One field of an object: the sync direction, with reasons. `retyped`: the type changed, and `POST /sync/fields/accept` accepts the new type. `gone`: synced before, and no longer visible to the sync user; `POST /sync/fields/purge` removes the stored values.',
  z.strictObject({
    field: z.nullable(text),
    apiName: text,
    label: z.nullable(text),
    type: z.nullable(text),
    visible: z.boolean(),
    editable: z.boolean(),
    direction: z.enum(['both', 'pull', 'push', 'none']),
    winner: z.nullable(side),
    why: z.nullable(text),
    retyped: z.nullable(z.strictObject({ from: text, to: text, since: instant })),
    gone: z.nullable(z.strictObject({ since: instant, purge: z.enum(['kept', 'running', 'done']) })),
    lastProblem: z.nullable(z.strictObject({ code: text, message: text, at: instant, personId: text })),
  }),
);

export const fieldStatus = named(
  'FieldStatus',
  'Every field by object, as of the last cycle; null before the object’s first cycle.',
  z.strictObject({
    objects: byObject(
      z.nullable(
        z.strictObject({
          lastModified: z.nullable(text),
          missingPermissions: z.array(
            z.strictObject({ apiName: text, access: z.enum(['read', 'create', 'unique']), without: text }),
          ),
          fields: z.array(fieldReport),
        }),
      ),
    ),
  }),
);

export const listStarted = z.strictObject({ jobId: text });

export const listJob = named(
  'ListJob',
  'A list of persons synced together. Persons not in the counts are still waiting.',
  z.strictObject({
    jobId: text,
    createdAt: instant,
    state: z.enum(['running', 'paused', 'done']),
    total: count,
    created: count,
    linked: count,
    updated: count,
    unchanged: count,
    rejected: count,
    ambiguous: count,
    failed: count,
    calls: count,
    estimatedEndAt: z.nullable(instant),
  }),
);

export const listJobsPage = z.strictObject({ jobs: z.array(listJob), cursor });

export const accepted = z.strictObject({ object: salesforceType, field: text, from: text, to: text });
export const purging = z.strictObject({ object: salesforceType, field: text });
export const reconciling = z.strictObject({ acceptMissing: z.boolean() });
