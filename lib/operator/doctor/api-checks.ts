import type { SyncStatus } from '../../sync/operate/sync-status.ts';
import { type Examination, type Finding, note, ok, problem } from './finding.ts';
import { leftBehind } from './left-behind.ts';

/** Cycles run every five minutes: a longer silence means that the schedule is off, or that polls fail. */
const SILENCE_MS = 15 * 60_000;

/** Checks the running product's own status. `read` returns `GET /sync/status`. */
export function syncStatus(read: () => Promise<SyncStatus>, now: () => number): Examination {
  return {
    name: 'sync status',
    async run() {
      const status = await read();
      return [
        ...cycleFindings(status, now()),
        ...status.schemaProblems.map(schemaProblem),
        waiting(status),
        ...leftBehind(status.backlog),
      ];
    },
  };
}

function cycleFindings({ lastCycle, lastSuccessAt }: SyncStatus, now: number): readonly Finding[] {
  if (lastCycle === null) return [note('cycles', 'none has ended yet')];
  const { cycle, outcome, error, endedAt } = lastCycle;
  if (error !== null) {
    const since = `${error.failuresInARow} in a row since ${error.since}`;
    const fix = `fix the cause named by the code; cdk/README.md has the runbook`;
    return [problem('cycles', `cycle ${cycle} ${outcome}, ${since}: ${error.code}: ${error.message}`, fix)];
  }
  if (now - Date.parse(endedAt) > SILENCE_MS) {
    return [problem('cycles', `none since ${endedAt}`, 'is the schedule enabled? Does the poll function start?')];
  }
  return [ok('cycles', `cycle ${cycle} ended ${outcome} at ${endedAt}; last success ${lastSuccessAt}`)];
}

function schemaProblem(text: string): Finding {
  return problem('fields', text, 'edit field-level security; the next cycle sees the change');
}

function waiting({ backlog, oldestWaitingSeconds }: SyncStatus): Finding {
  const oldest = oldestWaitingSeconds === null ? '' : `, the oldest edit for ${oldestWaitingSeconds} s`;
  return note('waiting', `${backlog.messages} messages, ${backlog.personsToPush} persons to push${oldest}`);
}
