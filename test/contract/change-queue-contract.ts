import { describe, expect, test } from 'vitest';
import type { ChangeQueue } from '../../lib/sync/ports/change-queue.ts';

/** An empty queue, and everything that was sent to it. */
export interface OpenQueue {
  readonly queue: ChangeQueue;
  readonly received: () => Promise<string[]>;
}

/** What every `ChangeQueue` guarantees. */
export function changeQueueContract(name: string, open: () => Promise<OpenQueue>): void {
  describe(`${name}: change queue`, () => {
    test('every body sent is queued once', async () => {
      const { queue, received } = await open();
      const bodies = Array.from({ length: 137 }, (_, at) => JSON.stringify({ at, text: 'x'.repeat(at * 400) }));
      await queue.send(bodies);
      expect(await queue.depth()).toBe(137);
      expect((await received()).sort()).toEqual(bodies.sort());
    });

    test('bodies of just under 64 KB are queued, however many', async () => {
      const { queue, received } = await open();
      const bodies = Array.from({ length: 21 }, (_, at) => JSON.stringify([at, 'ü'.repeat(32_600)]));
      await queue.send(bodies);
      expect((await received()).length).toBe(21);
    });

    test('any JSON arrives as the same JSON', async () => {
      const { queue, received } = await open();
      const value = ['\u0000\u0007\u001f\u007f', '\uFFFE\uFFFF', '\ud83d\ude00', '\ud800', '"\\', '\u2028'];
      await queue.send([JSON.stringify(value)]);
      expect((await received()).map((body) => JSON.parse(body))).toEqual([value]);
    });

    test('sending nothing queues nothing', async () => {
      const { queue } = await open();
      await queue.send([]);
      expect(await queue.depth()).toBe(0);
    });
  });
}
