import type { Costs } from './capacity.ts';

/** What an idle cycle asks: `npm run bench -- --only W5` measures the units, and a test of the tables holds them. */
export const IDLE_CYCLE = { salesforceCalls: 1, readUnits: 16, writeUnits: 8 } as const;

/** What a row takes of the table and of the queue at most: `npm run bench -- --model` measures it and has these for bars. */
export const ROWS: Costs = {
  pulled: { readUnits: 1.1, writeUnits: 1.125, queueRequests: 0.035, cpuSeconds: 0.002 },
  pushed: { readUnits: 1.1, writeUnits: 4, queueRequests: 0.012, cpuSeconds: 0.002 },
};

/** An edit through the API: the person is read and written, with its entry in the list of what waits. */
export const EDIT = { readUnits: 1, writeUnits: 2 } as const;

/** Comparing a person with its record: a page of the scan holds several persons, and the person is read again. */
export const COMPARED = { readUnits: 1.2, timesAMonth: 52 / 12 } as const;
