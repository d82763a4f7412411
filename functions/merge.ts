import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { backgroundHandler } from '../lib/lambda/background-handler.ts';
import { composeLanes, laneOf } from '../lib/lambda/compose-queue.ts';
import { composeSalesforce } from '../lib/lambda/compose-salesforce.ts';
import { composeStore } from '../lib/lambda/compose-store.ts';
import { MAX_DELIVERIES, readEnvironment } from '../lib/lambda/environment.ts';
import { deliveriesOf, mergeBatch } from '../lib/lambda/merge-batch.ts';
import { publish } from '../lib/lambda/metrics.ts';
import { logError, logger } from '../lib/lambda/observability.ts';
import { parseChangeMessage } from '../lib/sync/change-message.ts';
import { type MergeReport, mergeChanges } from '../lib/sync/merge/merge-changes.ts';

const environment = readEnvironment('merge', process.env);
const store = composeStore(environment);
const lanes = composeLanes(environment);
const salesforce = composeSalesforce(environment.settings, 'background', store.state);

/** Merges a batch of messages; returns the messages to be delivered again. */
async function merge(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const queue = laneOf(lanes, environment, event.Records[0]?.eventSourceARN);
  return mergeBatch({ queue, logError }, event.Records, async (records) => {
    const deliveries = records.map((record) => ({
      id: record.messageId,
      message: parseChangeMessage(record.body),
      lastTry: deliveriesOf(record) >= MAX_DELIVERIES,
    }));
    const cycles = [...new Set(deliveries.flatMap(({ message }) => message?.cycle ?? []))];
    logger.appendKeys({ cycles });
    const ports = { ...store, ...salesforce, queue };
    const report = await mergeChanges(ports, deliveries, () => context.getRemainingTimeInMillis());
    publishReport(report, cycles.join());
    return report;
  });
}

function publishReport({ retry, rows, conflicts, push, echoWrites, error, failed }: MergeReport, cycles: string): void {
  const { pushed, rejected, postponed } = push;
  const counts = { PersonsPushed: pushed, PersonsRejected: rejected, Conflicts: conflicts, EchoWrites: echoWrites };
  publish(counts, { cycles, rowsMerged: String(rows) });
  for (const { personId, code } of push.rejections) logger.info('rejected', { personId, code });
  if (error !== null) logError('some rows must come again', error, { deliveries: retry.length, ids: failed });
  if (push.error !== null) logError('some pushes are postponed', push.error, { postponed, personIds: push.failed });
}

export const handler = backgroundHandler(merge);
