import type { Context } from 'aws-lambda';
import { backgroundHandler } from '../lib/lambda/background-handler.ts';
import { composeLanes } from '../lib/lambda/compose-queue.ts';
import { composeSalesforce } from '../lib/lambda/compose-salesforce.ts';
import { composeStore } from '../lib/lambda/compose-store.ts';
import { cycleMetrics } from '../lib/lambda/cycle-metrics.ts';
import { readEnvironment } from '../lib/lambda/environment.ts';
import { publish } from '../lib/lambda/metrics.ts';
import { logError, logger } from '../lib/lambda/observability.ts';
import { type PollOutcome, pollCycle } from '../lib/sync/poll/poll-cycle.ts';

const environment = readEnvironment('poll', process.env);
const { settings } = environment;
const store = composeStore(environment);
const lanes = composeLanes(environment);
const salesforce = composeSalesforce(environment.settings, 'background', store.state);

/** One cycle; the next cycle continues unfinished work. */
async function poll(_event: unknown, context: Context): Promise<PollOutcome['kind']> {
  const { objects, lagSeconds, lookbackSeconds, backfillPagesPerCycle, formulaRefreshHours } = settings;
  const outcome = await pollCycle(
    { ...store, ...salesforce, queue: lanes.fresh, backlog: lanes.backlog },
    {
      objects,
      lagSeconds,
      lookbackSeconds,
      cycleLeaseMs: settings.cycleLeaseSeconds * 1000,
      fieldJobs: { backfillPagesPerCycle, formulaRefreshHours },
      reconcileDays: settings.reconcileDays,
      reconcileStepsPerCycle: settings.reconcileStepsPerCycle,
      massPushAbove: settings.massPushAbove,
    },
    () => context.getRemainingTimeInMillis(),
  );
  publishOutcome(outcome);
  return outcome.kind;
}

function publishOutcome(outcome: PollOutcome): void {
  if (outcome.kind === 'busy') {
    logger.info('another cycle is under way');
    return;
  }
  const { report, error, schemaProblems } = outcome;
  const code = report.error === null ? {} : { code: report.error.code };
  publish(cycleMetrics(outcome), { cycle: String(report.cycle), ...code });
  if (error === null) logger.info('cycle', { report, schemaProblems });
  else logError('cycle', error, { report, schemaProblems });
}

export const handler = backgroundHandler(poll);
