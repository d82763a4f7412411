import type { SQSRecord } from 'aws-lambda';
import { MAX_DELIVERIES } from '../../lib/lambda/environment.ts';
import type { SqsChangeQueue } from '../../lib/sqs/sqs-change-queue.ts';
import type { ChangeQueue } from '../../lib/sync/ports/change-queue.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  receives: number;
  /** How often the function that received it was ended before it answered. */
  lost: number;
  /** It was deleted once, and what comes again of it is a double. */
  isDouble: boolean;
  /** Until when it is hidden from others once it was received. */
  hiddenUntil: number;
  /** Visible, or hidden until its visibility time-out; `gone` once it is deleted or a dead letter. */
  state: 'visible' | 'hidden' | 'gone';
}

/** The fresh lane's queue, or the backlog's; the first letter of their messages' names. */
type Lane = 'm' | 'b';

const SEND_BATCH = 10;
const RECEIVE_BATCH = 10;
const BATCHING_WINDOW_MS = 2000;

/** Six times the merge function's time-out and the batching window, as the queue is deployed. */
const VISIBILITY_MS = 6 * 120_000 + BATCHING_WINDOW_MS;

/**
 * The stories hold no poison, so that only the end of a function costs a message one of its deliveries: from the third
 * on, a message that has to come again is replaced by a copy.
 */
const LOST_AT_LEAST = 3;

/** The message as its function gets it. */
export function recordOf({ id, body, receives }: QueuedMessage): SQSRecord {
  const attributes = { ApproximateReceiveCount: String(receives) } as SQSRecord['attributes'];
  return { messageId: id, receiptHandle: id, body, attributes } as SQSRecord;
}

/** What a batch came to: the messages that failed, or `lost` where the function gave no answer. */
export type BatchEnd = 'lost' | ReadonlySet<string>;

/**
 * A standard queue and its event source mapping: at least once, in any order, at any time later; what fails or is not
 * answered comes again after the visibility time-out, and the sixth time goes to the dead letters.
 */
export class SimulatedQueue {
  readonly dead: QueuedMessage[] = [];
  readonly #world: World;
  readonly #consume: (batch: readonly QueuedMessage[]) => Promise<BatchEnd>;
  readonly #lane: Lane;
  readonly #concurrency: number;
  #messages: QueuedMessage[] = [];
  #running = 0;
  #sent = 0;
  #pumping = false;

  constructor(
    world: World,
    { lane, concurrency }: { readonly lane: Lane; readonly concurrency: number },
    consume: (batch: readonly QueuedMessage[]) => Promise<BatchEnd>,
  ) {
    this.#world = world;
    this.#lane = lane;
    this.#concurrency = concurrency;
    this.#consume = consume;
  }

  /** The queue as one invocation reaches it. */
  through(invocation: Invocation): ChangeQueue & Pick<SqsChangeQueue, 'showAgain'> {
    return {
      send: async (bodies, delaySeconds = 0) => {
        for (let from = 0; from < bodies.length; from += SEND_BATCH) {
          const batch = bodies.slice(from, from + SEND_BATCH);
          await invocation.io('changeQueue.send', () => {
            for (const body of batch) this.#accept(body, delaySeconds * 1000);
          });
        }
      },
      showAgain: (ids, seconds) =>
        invocation.io('changeQueue.showAgain', () => {
          const hiddenUntil = this.#world.timeline.now + seconds * 1000;
          for (const message of this.#messages) if (ids.includes(message.id)) message.hiddenUntil = hiddenUntil;
        }),
      depth: () => invocation.io('changeQueue.depth', () => this.#told()),
    };
  }

  /** The service tells about how many there are. */
  #told(): number {
    const { swarm, dice } = this.#world;
    return swarm.strikes('depthWrong', dice) ? dice.below(3) : this.waiting;
  }

  get waiting(): number {
    return this.#messages.filter(({ state }) => state !== 'gone').length;
  }

  /** Makes what waits for its time visible now, the dead letters too. */
  redrive(): void {
    const dead = this.dead.splice(0);
    this.#messages.push(...dead);
    for (const message of this.#messages) {
      // Those about to be given up would be by now, and redriven too.
      message.receives = 0;
      if (message.state === 'hidden' || dead.includes(message)) this.#show(message);
    }
  }

  #accept(body: string, delayMs: number): void {
    const { swarm, dice } = this.#world;
    this.#sent += 1;
    this.#world.ledger.queued(body);
    const copies = swarm.strikes('messageDuplicated', dice) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const message: QueuedMessage = {
        id: `${this.#lane}${this.#sent}-${copy}`,
        body,
        receives: 0,
        lost: 0,
        isDouble: false,
        hiddenUntil: 0,
        state: 'hidden',
      };
      this.#messages.push(message);
      const late = copy > 0 || swarm.strikes('messageDelayed', dice);
      const behind = this.#lane === 'b' && swarm.strikes('backlogBehind', dice) ? dice.between(1000, 60 * 60_000) : 0;
      this.#showAfter(message, delayMs + behind + (late ? dice.between(1000, 20 * 60_000) : dice.between(5, 500)));
    }
  }

  #showAfter(message: QueuedMessage, delay: number): void {
    this.#world.timeline.after(delay, () => {
      if (message.state === 'hidden') this.#show(message);
    });
  }

  #show(message: QueuedMessage): void {
    message.state = 'visible';
    if (this.#pumping) return;
    this.#pumping = true;
    this.#world.timeline.after(this.#world.dice.between(0, BATCHING_WINDOW_MS), () => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#running < this.#concurrency) {
      const visible = this.#messages.filter(({ state }) => state === 'visible');
      if (visible.length === 0) return;
      const { dice } = this.#world;
      const batch: QueuedMessage[] = [];
      while (batch.length < RECEIVE_BATCH && visible.length > 0) {
        batch.push(...visible.splice(dice.below(visible.length), 1));
      }
      const alive = batch.filter((message) => this.#receive(message));
      if (alive.length > 0) void this.#hand(alive);
    }
  }

  #receive(message: QueuedMessage): boolean {
    message.receives += 1;
    if (message.receives > MAX_DELIVERIES) {
      message.state = 'gone';
      this.#forget();
      this.dead.push(message);
      this.#world.swarm.count('deadLetter');
      this.#world.tell(`${message.id} is a dead letter`);
      if (message.lost < LOST_AT_LEAST && !message.isDouble)
        this.#world.breaks('no dead letters without poison', message.body.slice(0, 200));
      return false;
    }
    if (message.receives > 1) this.#world.swarm.count('redelivery');
    message.state = 'hidden';
    message.hiddenUntil = this.#world.timeline.now + VISIBILITY_MS;
    return true;
  }

  async #hand(batch: readonly QueuedMessage[]): Promise<void> {
    this.#running += 1;
    const end = await this.#consume(batch);
    this.#running -= 1;
    for (const message of batch) {
      if (end === 'lost' || end.has(message.id)) {
        if (end === 'lost') message.lost += 1;
        else this.#world.swarm.count('partialFailure');
        this.#showAfter(message, Math.max(message.hiddenUntil - this.#world.timeline.now, 0));
      } else this.#finish(message);
    }
    this.#pump();
  }

  #finish(message: QueuedMessage): void {
    const { swarm, dice } = this.#world;
    if (swarm.strikes('messageAgain', dice)) {
      message.isDouble = true;
      this.#showAfter(message, dice.between(1000, 15 * 60_000));
    } else {
      message.state = 'gone';
      this.#forget();
    }
  }

  #forget(): void {
    if (this.#messages.length > 64) this.#messages = this.#messages.filter(({ state }) => state !== 'gone');
  }
}
