import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import { mergeChanges } from '../../lib/sync/merge/merge-changes.ts';
import type { PollSettings } from '../../lib/sync/poll/cycle-run.ts';
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

const HIDDEN_SECONDS = 15;

/** How often a message may come again before the run is a failure. */
const TRIES = 5;

/** One poll, then merges until the queue is empty, as the schedule and the queue's trigger would have it. */
export async function runCycle(product: Product, place: Place, massPushAbove = 10_000): Promise<void> {
  await poll(product, { massPushAbove });
  await drainQueue(product, place);
}

/** One poll with all the time there is; throws where it fails. */
export async function poll(product: Product, over: Partial<PollSettings> = {}): Promise<void> {
  const outcome = await pollCycle(product.ports, { ...SETTINGS, ...over }, () => HOURS);
  if (outcome.kind !== 'cycle' || outcome.error !== null) throw new Error('the poll failed', { cause: outcome });
}

/** Merges what is in both lanes. */
export async function drainQueue(product: Product, place: Place): Promise<void> {
  for (const lane of ['queue', 'backlog'] as const) {
    let left = true;
    while (left) left = (await mergeBatch(product, place, lane)) > 0;
  }
}

/** Merges one batch of a lane, and deletes what is done; how many messages there were. `before`: what comes before that. */
export async function mergeBatch(
  { ports, sqs }: Product,
  place: Place,
  lane: 'queue' | 'backlog',
  before?: (rows: number) => Promise<void>,
): Promise<number> {
  const QueueUrl = lane === 'queue' ? place.queueUrl : place.backlogUrl;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: BATCH,
      // Longer than a batch takes; what a process that is killed held comes again after that.
      VisibilityTimeout: HIDDEN_SECONDS,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  );
  if (Messages.length === 0) return 0;
  const deliveries = Messages.map(({ MessageId = '', Body = '' }) => {
    return { id: MessageId, message: parseChangeMessage(Body), lastTry: false };
  });
  const merged = await mergeChanges({ ...ports, queue: ports[lane] }, deliveries, () => HOURS);
  const { retry, error, push } = merged;
  if (push.error !== null) throw push.error;
  const tries = Messages.map(({ Attributes = {} }) => Number(Attributes.ApproximateReceiveCount ?? 1));
  if (retry.length > 0 && Math.max(...tries) >= TRIES) throw error;
  await before?.(merged.rows);
  const done = Messages.filter(({ MessageId = '' }) => !retry.includes(MessageId));
  const Entries = done.map(({ ReceiptHandle = '' }, at) => ({ Id: String(at), ReceiptHandle }));
  if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  return Messages.length;
}
