import type { Status } from '../api/shapes.ts';
import { count, counted, duration, localTime } from './format.ts';

/** Whether both sides are in step, in one sentence, with advice. */
export interface Verdict {
  readonly state: 'inStep' | 'catchingUp' | 'stopped' | 'notStarted';
  readonly title: string;
  readonly detail: string;
}

export function verdictOf(status: Status, now: number): Verdict {
  const { lastCycle, backlog } = status;
  if (lastCycle === null) {
    return { state: 'notStarted', title: 'The first sync has not ended', detail: firstSyncWords(status) };
  }
  if (lastCycle.outcome === 'failed') return stopped(lastCycle.error, now);
  if (lastCycle.outcome === 'quota') {
    const detail =
      'The daily Salesforce calls for background work are used up. Syncing one person by hand still works.';
    return { state: 'stopped', title: 'Waiting for Salesforce calls', detail };
  }
  if (isFirstSync(status)) {
    return { state: 'catchingUp', title: 'The first sync is under way', detail: firstSyncWords(status) };
  }
  if (lastCycle.outcome === 'paused' || backlog.messages > 0 || backlog.personsToPush > 0) {
    const waiting = [
      ...(backlog.messages > 0 ? [counted(backlog.messages, 'message')] : []),
      ...(backlog.personsToPush > 0 ? [`${counted(backlog.personsToPush, 'person', 'persons')} with edits`] : []),
    ];
    const detail =
      waiting.length === 0
        ? 'The last cycle ran out of time and goes on in the next.'
        : `Waiting: ${waiting.join(' and ')}.`;
    return { state: 'catchingUp', title: 'Catching up', detail };
  }
  const since = duration((now - Date.parse(lastCycle.endedAt)) / 1000);
  const detail = `Nothing waits on either side. The last cycle ended ${since} ago.`;
  return { state: 'inStep', title: 'In step', detail };
}

type LastError = NonNullable<Status['lastCycle']>['error'];

function stopped(error: LastError, now: number): Verdict {
  const title = 'Not in step: cycles fail';
  if (error === null) return { state: 'stopped', title, detail: 'The log of the poll function has the reason.' };
  const since = duration((now - Date.parse(error.since)) / 1000);
  const often = counted(error.failuresInARow, 'failure');
  return { state: 'stopped', title, detail: `${error.message} (${error.code}). For ${since}: ${often} in a row.` };
}

/** Whether the first read of Salesforce has not ended yet. */
export function isFirstSync({ lag, firstSync, backlog }: Pick<Status, 'lag' | 'firstSync' | 'backlog'>): boolean {
  return lag.pullSeconds === null || (firstSync !== null && backlog.messages > 0);
}

/** The progress of a first sync in a sentence. */
function firstSyncWords({ firstSync }: Pick<Status, 'firstSync'>): string {
  if (firstSync === null) return 'The first cycle reads everything that is in Salesforce.';
  const { expectedRows, mergedRows, rowsPerSecond, estimatedEndAt } = firstSync;
  const of = expectedRows === null ? '' : ` of ${count(expectedRows)}`;
  const end = estimatedEndAt === null ? '' : ` Expected to end ${localTime(estimatedEndAt)}.`;
  return `${count(mergedRows)}${of} records are here, ${count(rowsPerSecond)} a second.${end}`;
}
