import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import { mergeChanges } from '../../lib/sync/merge/merge-changes.ts';
import { pollCycle } from '../../lib/sync/poll/poll-cycle.ts';
import type { Place } from './bench.ts';
import type { Product } from './product.ts';

const SETTINGS = {
  objects: ['Lead', 'Contact'],
  lagSeconds: 0,
  lookbackSeconds: 600,
  cycleLeaseMs: 900_000,
} as const;
const HOURS = 3_600_000;

/** A batch that the queue hands to the merge. */
const BATCH = 10;

/** How often a message may come again before the run is a failure. */
const TRIES = 5;

/** One poll, then merges until the queue is empty, as the schedule and the queue's trigger would have it. */
export async function runCycle(product: Product, place: Place, massPushAbove = 10_000): Promise<void> {
  const outcome = await pollCycle(product.ports, { ...SETTINGS, massPushAbove }, () => HOURS);
  if (outcome.kind !== 'cycle' || outcome.error !== null) throw new Error('the poll failed', { cause: outcome });
  await drainQueue(product, place);
}

/** Merges what is on the queue. */
export async function drainQueue({ ports, sqs }: Product, { queueUrl: QueueUrl }: Place): Promise<void> {
  for (let failures = 0; ; ) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: BATCH }));
    if (Messages.length === 0) return;
    const deliveries = Messages.map(({ MessageId = '', Body = '' }) => {
      return { id: MessageId, message: parseChangeMessage(Body), lastTry: false };
    });
    const { retry, error, push } = await mergeChanges(ports, deliveries, () => HOURS);
    if (push.error !== null) throw push.error;
    if (retry.length > 0) {
      failures += 1;
      if (failures === TRIES) throw error;
    }
    const done = Messages.filter(({ MessageId = '' }) => !retry.includes(MessageId));
    const Entries = done.map(({ ReceiptHandle = '' }, at) => ({ Id: String(at), ReceiptHandle }));
    if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}
