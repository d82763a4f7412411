import * as z from 'zod';
import { toStamp } from '../clock.ts';
import { ApiError, refusals } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import { allOrNone } from '../store/all-or-none.ts';
import { convertLead } from '../store/convert-lead.ts';
import { hardDelete, mergeRecords, undeleteRecord } from '../store/lifecycle.ts';
import { commitRow, type PreparedRow, prepareRow, quietOptions } from '../store/save.ts';
import { defineCall, mustBeId, mustHaveObject } from './call.ts';

const id = z.string().transform(mustBeId);
const one = z.strictObject({ id });

const transaction = z.strictObject({
  commitAfterSeconds: z.number().min(0),
  updates: z.array(z.strictObject({ object: z.string(), id, fields: z.record(z.string(), z.unknown()) })).min(1),
});

type Ready = Extract<PreparedRow, { kind: 'ready' }>;

/** Writes now, with today's stamps and all checks, but unseen until the commit; the rows are locked meanwhile. */
function openTransaction(org: OrgState, { commitAfterSeconds, updates }: z.infer<typeof transaction>): unknown {
  const options = quietOptions(org.standard.admin);
  const prepared = updates.map(({ object: objectName, id: rowId, fields }) => {
    const object = mustHaveObject(org, objectName).name;
    const row = prepareRow(org, { object, id: rowId, fields, options });
    if (row.kind === 'refused') throw row.errors[0] ?? refusals.notFound();
    return { object, ready: row satisfies Ready };
  });
  const startedAt = org.clock.now();
  const commitsAt = startedAt + commitAfterSeconds * 1000;
  org.transactions.begin({
    startedAt,
    commitsAt,
    ids: new Set(updates.map((update) => update.id)),
    commit: () => {
      for (const { object, ready } of prepared) commitRow(org, object, ready);
    },
  });
  org.transactions.commitDue(startedAt);
  return { commitsAt: toStamp(commitsAt) };
}

/** What REST has no call for: conversion, merge, the recycle bin, long transactions. */
export const lifecycleCalls = [
  defineCall(
    'POST convert',
    z.strictObject({ leadId: id, contactId: id.optional(), accountId: id.optional() }),
    (org, conversion) => allOrNone(org, () => convertLead(org, conversion)),
  ),
  defineCall(
    'POST merge',
    z.strictObject({ object: z.string(), masterId: id, loserIds: z.array(id).min(1) }),
    (org, { object, masterId, loserIds }) => {
      const { name, mergeable } = mustHaveObject(org, object);
      if (!mergeable) throw new ApiError('INVALID_TYPE', `${name} cannot be merged`);
      mergeRecords(org, { object: name, masterId, loserIds });
      return {};
    },
  ),
  defineCall('POST undelete', one, (org, record) => {
    allOrNone(org, () => undeleteRecord(org, record.id));
    return {};
  }),
  defineCall('POST hard-delete', one, (org, record) => {
    hardDelete(org, record.id);
    return {};
  }),
  defineCall('POST transaction', transaction, openTransaction),
];
