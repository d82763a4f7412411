import type { FieldValue } from '../../../lib/person/field-value.ts';
import type { SalesforceType } from '../../../lib/person/row.ts';
import type { CycleReport, MergeCounts } from '../../../lib/sync/state/cycle-report.ts';
import type { Detail } from './cycle-details.ts';
import { count, type Screen, timeOfDay } from './screen.ts';

/** A cycle with what its merges came to, where that is known. */
export type ToldCycle = CycleReport & Partial<MergeCounts>;

/** In the order in which they are told. */
const SALESFORCE_TYPES: readonly SalesforceType[] = ['Lead', 'Contact'];

/** How many conflicts and rejections of a cycle are printed. */
const SHOWN = 5;

/** The longest value that is printed whole. */
const VALUE_LENGTH = 60;

/** Rows and persons that a cycle handed to the queue. */
export function handedOver({ pulled, handedOut, backfilled }: CycleReport): number {
  return Object.values(pulled).reduce((sum, rows) => sum + rows, 0) + handedOut + backfilled;
}

/** Whether a cycle found nothing to do, and no trouble. */
export function isIdle(report: CycleReport): boolean {
  return report.outcome === 'complete' && handedOver(report) === 0;
}

/** The line of a cycle, and below it its conflicts and rejections with names and values. */
export function cycleLines(cycle: ToldCycle, details: readonly Detail[], screen: Screen): string[] {
  const more = details.length - SHOWN;
  return [
    cycleLine(cycle, screen),
    ...details.slice(0, SHOWN).map((detail) => `    ${detailLine(detail, screen)}`),
    ...(more > 0 ? [`    and ${count(more)} more: see the console`] : []),
  ];
}

function cycleLine(cycle: ToldCycle, { style }: Pick<Screen, 'style'>): string {
  const rows = SALESFORCE_TYPES.flatMap((type) => {
    const number = cycle.pulled[type] ?? 0;
    return number === 0 ? [] : [`${count(number)} ${type}${number === 1 ? '' : 's'}`];
  });
  const parts = [
    `↓ ${rows.join(', ') || '0'} pulled`,
    cycle.pushed === undefined ? `${count(cycle.handedOut)} to push` : `↑ ${count(cycle.pushed)} pushed`,
    ...(cycle.backfilled > 0 ? [`${count(cycle.backfilled)} backfilled`] : []),
    ...(cycle.conflicts ? [style('yellow', `≠ ${count(cycle.conflicts)} in conflict`)] : []),
    ...(cycle.rejected ? [style('red', `✗ ${count(cycle.rejected)} refused`)] : []),
  ];
  const work = isIdle(cycle) ? 'nothing changed' : parts.join('  ');
  return `${head(cycle, style)} ${work}${outcome(cycle, style)} ${style('dim', cost(cycle))}`;
}

function head({ endedAt, cycle }: ToldCycle, style: Screen['style']): string {
  return `${style('dim', timeOfDay(new Date(endedAt)))} ${style('bold', `cycle ${cycle}:`)}`;
}

function outcome({ outcome: how, error }: ToldCycle, style: Screen['style']): string {
  if (how === 'complete') return '';
  const why = error === null ? '' : `: ${error.code}: ${error.message}`;
  return style(how === 'failed' ? 'red' : 'yellow', `, ${OUTCOMES[how]}${why}`);
}

const OUTCOMES = {
  paused: 'out of time, goes on in the next cycle',
  quota: 'the daily Salesforce calls are used up',
  failed: 'failed',
} as const;

function cost({ calls, startedAt, endedAt }: ToldCycle): string {
  const seconds = ((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1);
  return `(${count(calls)} Salesforce call${calls === 1 ? '' : 's'}, ${seconds} s)`;
}

function detailLine(detail: Detail, { style }: Pick<Screen, 'style'>): string {
  if (detail.kind === 'conflict') {
    const { person, field, local, remote, winner } = detail;
    const won = winner === 'local' ? 'the value here wins' : "Salesforce's value wins";
    return `${style('yellow', '≠')} ${person}, ${field}: here ${value(local)}, Salesforce ${value(remote)}; ${won}`;
  }
  const { person, values, code, message } = detail;
  const edits = values.map(([field, edit]) => `${field} ${value(edit)}`).join(', ');
  return `${style('red', '✗')} ${person}${edits === '' ? '' : `, ${edits}`}: "${message}" (${code})`;
}

function value(given: FieldValue): string {
  const text = JSON.stringify(given);
  return text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…"` : text;
}

/** The living line of idle cycles: which ones, and when the next begins. */
export function idleLine(first: CycleReport, last: CycleReport, nextAt: number, now: number): string {
  const which = first.cycle === last.cycle ? `cycle ${last.cycle}` : `cycles ${first.cycle} to ${last.cycle}`;
  return `${timeOfDay(new Date(last.endedAt))} ${which}: nothing changed; ${nextIn(nextAt, now)}`;
}

/** `the next in 4:32`, or that it is under way. */
export function nextIn(nextAt: number, now: number): string {
  const seconds = Math.ceil((nextAt - now) / 1000);
  if (seconds <= 0) return 'the next is under way';
  return `the next in ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
