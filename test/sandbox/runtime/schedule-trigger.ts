import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CronExpression, nextCronTime, parseCron } from './cron-expression.ts';
import { accountId, type Deployment } from './deployment.ts';
import { functionNameOf } from './queue-mapping.ts';
import type { RunningTrigger } from './queue-trigger.ts';

/** When a schedule fires. */
export type Timing =
  | { readonly kind: 'rate'; readonly seconds: number }
  | { readonly kind: 'cron'; readonly cron: CronExpression }
  | { readonly kind: 'at'; readonly time: Date };

/** An enabled schedule of the template. */
export interface Schedule {
  readonly arn: string;
  readonly functionName: string;
  readonly timing: Timing;
  /** The target's `Input`, undefined where the template has none. */
  readonly input: string | undefined;
}

interface ScheduleProperties {
  readonly ScheduleExpression?: string;
  readonly ScheduleExpressionTimezone?: string;
  readonly State?: string;
  readonly Target?: { readonly Arn?: string; readonly Input?: string };
}

const unitSeconds: Readonly<Record<string, number>> = { minute: 60, hour: 3_600, day: 86_400 };

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export function parseTiming(expression: string): Timing {
  const [, kind, inside = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(inside) ?? [];
  if (kind === 'rate' && count !== undefined) return { kind, seconds: Number(count) * (unitSeconds[unit] ?? 0) };
  if (kind === 'cron') return { kind, cron: parseCron(inside) };
  if (kind === 'at' && !Number.isNaN(Date.parse(`${inside}Z`))) return { kind, time: new Date(`${inside}Z`) };
  throw new Error(`${expression} is not a schedule expression that is supported here`);
}

/** The template's schedules, without the disabled ones. */
export function schedules(deployment: Deployment): Schedule[] {
  return deployment.resources('AWS::Scheduler::Schedule').flatMap((resource) => {
    const properties = deployment.properties(resource) as ScheduleProperties;
    if (properties.State === 'DISABLED') return [];
    const timezone = properties.ScheduleExpressionTimezone ?? 'UTC';
    if (!/^(Etc\/)?UTC$/.test(timezone))
      throw new Error(`${resource.logicalId}: only UTC is supported, not ${timezone}`);
    return {
      arn: resource.arn,
      functionName: functionNameOf(properties.Target?.Arn ?? ''),
      timing: parseTiming(properties.ScheduleExpression ?? ''),
      input: properties.Target?.Input,
    };
  });
}

/**
 * Replaces the gap of the most frequent `rate()` schedules. The rarer ones, and `cron()`, keep their own time, so that
 * a nightly job does not run every few seconds because a test wants short cycles.
 */
export function withGap(all: readonly Schedule[], gapSeconds: number | undefined): Schedule[] {
  const rates = all.map(({ timing }) => (timing.kind === 'rate' ? timing.seconds : Number.POSITIVE_INFINITY));
  const shortest = Math.min(...rates);
  return all.map((schedule) => {
    const { timing } = schedule;
    if (gapSeconds === undefined || timing.kind !== 'rate' || timing.seconds !== shortest) return schedule;
    return { ...schedule, timing: { kind: 'rate', seconds: gapSeconds } };
  });
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function eventOf(schedule: Schedule, time: Date): unknown {
  const id = randomUUID();
  if (schedule.input === undefined) {
    return {
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: accountId,
      time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
      region: schedule.arn.split(':')[3],
      resources: [schedule.arn],
      detail: '{}',
    };
  }
  const attributes: Record<string, string> = {
    'schedule-arn': schedule.arn,
    'scheduled-time': time.toISOString().replace(/\.\d+Z$/, 'Z'),
    'execution-id': id,
    'attempt-number': '1',
  };
  const filled = schedule.input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (all, name: string) => attributes[name] ?? all);
  return JSON.parse(filled) as unknown;
}

/** How long to wait before the next start; undefined when there is none. A `rate()` starts at once. */
function waitMs(timing: Timing, fired: number, now: Date): number | undefined {
  switch (timing.kind) {
    case 'rate':
      return fired === 0 ? 0 : timing.seconds * 1000;
    case 'cron': {
      const next = nextCronTime(timing.cron, now);
      return next === undefined ? undefined : next.getTime() - now.getTime();
    }
    case 'at':
      return fired === 0 && timing.time > now ? timing.time.getTime() - now.getTime() : undefined;
  }
}

/** Node's timers hold no more. */
const longestTimerMs = 2_147_483_647;

type Fire = (event: unknown, signal: AbortSignal) => Promise<void>;

async function run(schedule: Schedule, fire: Fire, signal: AbortSignal): Promise<void> {
  for (let fired = 0; ; fired++) {
    let left = waitMs(schedule.timing, fired, new Date());
    while (left !== undefined && left > 0) {
      const piece = Math.min(left, longestTimerMs);
      await sleep(piece, undefined, { signal });
      left -= piece;
    }
    if (left === undefined || signal.aborted) return;
    await fire(eventOf(schedule, new Date()), signal);
  }
}

/**
 * Runs a schedule: `fire` gets an event each time and is waited for. Unlike on AWS the gap of a `rate()` counts from
 * the end of one to the start of the next.
 */
export function startScheduleTrigger(schedule: Schedule, fire: Fire, onError: (error: Error) => void): RunningTrigger {
  const abort = new AbortController();
  const ignoringAbort = (error: unknown) => {
    if (!abort.signal.aborted) onError(error instanceof Error ? error : new Error(String(error)));
  };
  // A failure to fire, such as a queue that does not answer, is told; the schedule goes on.
  const patient: Fire = (event, signal) => fire(event, signal).catch(ignoringAbort);
  const running = run(schedule, patient, abort.signal).catch(ignoringAbort);
  return {
    close: async () => {
      abort.abort();
      await running;
    },
  };
}
