import { type CycleRun, DEFAULT_FIELD_JOBS, DEFAULT_RECONCILE_STEPS } from '../../lib/sync/poll/cycle-run.ts';
import { NEW_HEALTH } from '../../lib/sync/state/cycle-health.ts';
import { RECENT_ROWS_LIMIT } from '../../lib/sync/state/feed-state.ts';
import { NOBODY_HANDED_OUT } from '../../lib/sync/state/handed-out.ts';

/** The cycle of this number, of one object, with all the time there is unless told otherwise. */
export function cycleOf(ports: CycleRun['ports'], number: number, timeLeftMs = () => 600_000): CycleRun {
  return {
    ports,
    settings: {
      objects: ['Lead'],
      lagSeconds: 2,
      lookbackSeconds: 600,
      cycleLeaseMs: 1,
      fieldJobs: DEFAULT_FIELD_JOBS,
      reconcileDays: 7,
      massPushAbove: 10_000,
      bulkAbove: 20_000,
      freshPersons: 500,
      recentRows: RECENT_ROWS_LIMIT,
      reconcileStepsPerCycle: DEFAULT_RECONCILE_STEPS,
    },
    cycle: { number, owner: 'one', previousEnded: true, health: NEW_HEALTH, handedOut: NOBODY_HANDED_OUT },
    timeLeftMs,
    schemas: new Map(),
    feeds: new Map(),
  };
}
