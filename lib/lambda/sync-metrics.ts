import type { SyncOutcome } from '../sync/sync-person/person-sync.ts';
import type { MetricName } from './metric-names.ts';
import { publish } from './metrics.ts';

/** Runs a sync of one person and publishes outcome, duration, person id and rejection code. Rethrows errors of the sync. */
export async function measuredSync(personId: string, sync: () => Promise<SyncOutcome>): Promise<SyncOutcome> {
  const startedAt = performance.now();
  let outcome: SyncOutcome | undefined;
  try {
    outcome = await sync();
    return outcome;
  } finally {
    const values = { [metricOf(outcome)]: 1, SyncMilliseconds: Math.round(performance.now() - startedAt) };
    publish(values, { personId, outcome: outcome?.kind ?? 'error', ...codeOf(outcome) });
  }
}

/** Outcomes worth a retry. Other failures are refusals, ended only by a change. */
const FAILURES: ReadonlySet<SyncOutcome['kind']> = new Set(['unavailable', 'limit', 'busy']);

function metricOf(outcome: SyncOutcome | undefined): MetricName {
  if (outcome?.kind === 'synced') return 'SyncsCompleted';
  return outcome === undefined || FAILURES.has(outcome.kind) ? 'SyncsFailed' : 'SyncsRefused';
}

function codeOf(outcome: SyncOutcome | undefined): { readonly code?: string } {
  return outcome?.kind === 'rejected' ? { code: outcome.rejection.code } : {};
}
