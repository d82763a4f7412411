import {
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { eventually, type RunningSandbox, runSandbox } from '../integration/running-sandbox.ts';
import { AlarmWatch } from '../sandbox/runtime/alarms/alarm-watch.ts';
import type { AlarmState } from '../sandbox/runtime/alarms/evaluate-alarm.ts';
import type { RuntimeEvent } from '../sandbox/runtime/runtime-event.ts';
import { startThrottledTables, type ThrottledTables } from './throttled-tables.ts';

/** The period of the deployed schedule, which a poll of the sandbox stands for. */
const TICK_MS = 300_000;

/** Before the alarms have looked back over their longest count of periods they say nothing. */
const WARM_TICKS = 4;

/** A running sandbox whose template's own alarms are evaluated. */
export interface WatchedSandbox extends RunningSandbox {
  readonly watch: AlarmWatch;
  readonly queues: Queues;
  readonly tables: ThrottledTables;
  /** Waits until an alarm is in a state. The test's own time limit ends a wait that is in vain. */
  until(alarm: string, state: AlarmState): Promise<void>;
  /** Waits for so many polls to end. */
  ticks(count: number): Promise<void>;
}

/** The queues of the sandbox, as an operator reaches them. */
export interface Queues {
  readonly client: SQSClient;
  /** The fresh lane, then the backlog. */
  readonly lanes: readonly [fresh: string, backlog: string];
  readonly deadLetters: string;
  readonly missedPolls: string;
  /** By the fresh lane, where no other is named. */
  send(body: object, lane?: string): Promise<void>;
  purge(url: string): Promise<void>;
  /** How often a message is delivered before it is a dead letter: the deployed five tries take half an hour. */
  deliverAtMost(times: number): Promise<void>;
}

export async function watchedSandbox(seedRecords: number): Promise<WatchedSandbox> {
  const heard: RuntimeEvent[] = [];
  let hear = (event: RuntimeEvent): void => void heard.push(event);
  const tables = await startThrottledTables();
  const running = await runSandbox({ seedRecords, dynamoDbEndpoint: tables.endpoint }, (event) => hear(event));
  const { runtime, sqsUrl } = running.sandbox;
  const client = sqsClient(sqsUrl);
  const queues = runtime.queues.map(({ name, url }) => ({ name, depth: () => depthOf(client, url) }));
  const watch = new AlarmWatch({ alarms: runtime.alarms, queues, tickMs: TICK_MS });
  let ticking = Promise.resolve();
  hear = (event) => {
    watch.hear(event);
    const isPoll = event.type === 'invocation' && event.trigger === 'schedule';
    if (isPoll) ticking = ticking.then(() => watch.tick());
  };
  for (const event of heard) hear(event);
  const ticks = async (count: number) => {
    const until = watch.ticks + count;
    await eventually(async () => watch.ticks >= until);
  };
  await ticks(WARM_TICKS);
  return {
    ...running,
    watch,
    tables,
    queues: queuesOf(client, running),
    ticks,
    until: (alarm, state) => eventually(async () => watch.states().get(alarm) === state).then(() => undefined),
    close: async () => {
      hear = () => undefined;
      await ticking;
      client.destroy();
      await running.close();
      await tables.close();
    },
  };
}

function sqsClient(endpoint: string): SQSClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new SQSClient({ endpoint, region: 'us-east-1', credentials, useQueueUrlAsEndpoint: false });
}

function queuesOf(client: SQSClient, { sandbox: { runtime } }: RunningSandbox): Queues {
  const changes = runtime.queueUrl('Queue');
  const lanes = [changes, runtime.queueUrl('Backlog')] as const;
  return {
    client,
    lanes,
    deadLetters: runtime.queueUrl('DeadLetters'),
    missedPolls: runtime.queueUrl('MissedPolls'),
    async send(body, lane = changes) {
      await client.send(new SendMessageCommand({ QueueUrl: lane, MessageBody: JSON.stringify(body) }));
    },
    async purge(url) {
      await client.send(new PurgeQueueCommand({ QueueUrl: url }));
    },
    async deliverAtMost(times) {
      const asked = new GetQueueAttributesCommand({ QueueUrl: changes, AttributeNames: ['RedrivePolicy'] });
      const { Attributes: { RedrivePolicy = '{}' } = {} } = await client.send(asked);
      const policy = { ...(JSON.parse(RedrivePolicy) as object), maxReceiveCount: times };
      const Attributes = { RedrivePolicy: JSON.stringify(policy) };
      await client.send(new SetQueueAttributesCommand({ QueueUrl: changes, Attributes }));
    },
  };
}

const DEPTHS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

async function depthOf(client: SQSClient, url: string): Promise<{ readonly visible: number; readonly all: number }> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...DEPTHS] });
  const { Attributes = {} } = await client.send(command);
  const [visible = 0, ...others] = DEPTHS.map((name) => Number(Attributes[name] ?? 0));
  return { visible, all: others.reduce((sum, count) => sum + count, visible) };
}
