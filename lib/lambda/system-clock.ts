import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../sync/ports/clock.ts';
import type { IdSource } from '../sync/ports/id-source.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  wait: async (milliseconds) => {
    await sleep(milliseconds);
  },
};

/** Random UUIDs: 36 characters, URL-safe. */
export const randomIds: IdSource = { next: () => randomUUID() };
