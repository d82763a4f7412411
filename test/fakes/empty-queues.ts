import type { SideQueues } from '../../lib/sync/operate/sync-status.ts';

const empty = { depth: async () => 0 };

/** The queues that only a human reads, with nothing in them. */
export const EMPTY_QUEUES: SideQueues = { deadLetters: empty, missedPolls: empty };
