import type { SideQueues } from '../../lib/sync/operate/sync-status.ts';

const empty = { depth: async () => 0 };

/** The queues that only the status counts, with nothing in them. */
export const EMPTY_QUEUES: SideQueues = { backlog: empty, deadLetters: empty, missedPolls: empty };
