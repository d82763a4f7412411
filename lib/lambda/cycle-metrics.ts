import type { PollOutcome } from '../sync/poll/poll-cycle.ts';
import type { MetricValues } from './metrics.ts';

/** The metrics of a cycle. Unknown values are omitted. */
export function cycleMetrics({
  report,
  lagSeconds,
  pushLagSeconds,
  compared,
  drifted,
  reconciliationHeld,
  missingPermissions,
}: Extract<PollOutcome, { kind: 'cycle' }>): MetricValues {
  const moved = report.outcome === 'complete' || report.outcome === 'paused';
  const { apiUsage } = report;
  return {
    CyclesCompleted: moved ? 1 : 0,
    CyclesFailed: moved ? 0 : 1,
    RowsQueued: Object.values(report.pulled).reduce((sum, count) => sum + count, 0) + report.backfilled,
    PersonsCompared: compared,
    RowsDrifted: drifted,
    MissingPermissions: missingPermissions,
    ReconciliationsHeld: reconciliationHeld ? 1 : 0,
    ...(lagSeconds !== null && { PullLagSeconds: lagSeconds }),
    ...(pushLagSeconds !== null && { PushLagSeconds: pushLagSeconds }),
    ...(apiUsage !== null && apiUsage.max > 0 && { ApiUsePercent: (100 * apiUsage.used) / apiUsage.max }),
  };
}
