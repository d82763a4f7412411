import type { SyncOutcome } from '../sync/sync-person/person-sync.ts';
import type { MetricName } from './metric-names.ts';
import { publish } from './metrics.ts';

/** Runs a sync of one person and publishes the outcome and the duration. Rethrows errors of the sync. */
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

/** Outcomes worth a retry. Other failures are refusals, ended only by a change. */
const FAILURES: ReadonlySet<SyncOutcome['kind']> = new Set(['unavailable', 'limit', 'busy']);

function metricOf(outcome: SyncOutcome | undefined): MetricName {
  if (outcome?.kind === 'synced') return 'SyncsCompleted';
  return outcome === undefined || FAILURES.has(outcome.kind) ? 'SyncsFailed' : 'SyncsRefused';
}
