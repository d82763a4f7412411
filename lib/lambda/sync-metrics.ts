import type { SyncOutcome } from '../sync/sync-person/person-sync.ts';
import type { MetricName } from './metric-names.ts';
import { publish } from './metrics.ts';

/** Runs a sync of one person and publishes what it came to and how long it took. Throws what the sync throws. */
export async function measuredSync(sync: () => Promise<SyncOutcome>): Promise<SyncOutcome> {
  const startedAt = performance.now();
  let outcome: SyncOutcome | undefined;
  try {
    outcome = await sync();
    return outcome;
  } finally {
    publish({ [metricOf(outcome)]: 1, SyncMilliseconds: Math.round(performance.now() - startedAt) });
  }
}

/** A sync that may go well on another try. What else is not synced is refused: only a change of something ends that. */
const FAILURES: ReadonlySet<SyncOutcome['kind']> = new Set(['unavailable', 'limit', 'busy']);

function metricOf(outcome: SyncOutcome | undefined): MetricName {
  if (outcome?.kind === 'synced') return 'SyncsCompleted';
  return outcome === undefined || FAILURES.has(outcome.kind) ? 'SyncsFailed' : 'SyncsRefused';
}
