import { USUAL } from './capacity.ts';
import { COMPARED, EDIT, IDLE_CYCLE, ROWS } from './counts.ts';
import { PRICES } from './prices.ts';

/** What of a deployment costs by itself, as its templates have it. */
export interface Deployed {
  readonly metrics: number;
  /** Metrics that the alarms watch, those within sums too. */
  readonly alarmMetrics: number;
  readonly dashboards: number;
  /** Queues that Lambda takes from. */
  readonly consumedQueues: number;
  /** Memory of the functions. */
  readonly pollGb: number;
  readonly mergeGb: number;
  readonly apiGb: number;
}

const DAYS = 31;
const CYCLES = (DAYS * 86_400) / 300;

/** A cycle that finds nothing waits for one call of Salesforce; the merge for the writes of a row; the API for an edit. */
const CYCLE_SECONDS = 2;
const PULLED_SECONDS = 0.005;
const EDIT_SECONDS = 0.1;

const GUARDED_ROWS = 23;

/** Lambda asks a queue five times at once, each time for 20 seconds: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const POLLS_A_MINUTE = 15;

/** The secret is read every quarter of an hour, by each function that runs. */
const SECRET_READS = (DAYS * 86_400) / 900;

/** A person with both its index entries and its activities. */
const PERSON_GB = 2e-6;

const CYCLE_LOG_GB = 3e-6;
const ROW_LOG_GB = 0.1e-6;

/** Dollars a month by part, for so many persons, each of whom changes once here and once in Salesforce. */
export function monthlyCosts(deployed: Deployed, persons: number): Readonly<Record<string, number>> {
  const pushSeconds = USUAL.callSeconds / GUARDED_ROWS + USUAL.rowSeconds;
  const gbSeconds =
    CYCLES * CYCLE_SECONDS * deployed.pollGb +
    persons * ((PULLED_SECONDS + pushSeconds) * deployed.mergeGb + EDIT_SECONDS * deployed.apiGb);
  const perPerson = (unit: 'readUnits' | 'writeUnits') => ROWS.pulled[unit] + ROWS.pushed[unit] + EDIT[unit];
  const reads =
    CYCLES * IDLE_CYCLE.readUnits + persons * (perPerson('readUnits') + COMPARED.readUnits * COMPARED.timesAMonth);
  const writes = CYCLES * IDLE_CYCLE.writeUnits + persons * perPerson('writeUnits');
  const requests =
    deployed.consumedQueues * POLLS_A_MINUTE * 60 * 24 * DAYS +
    persons * (ROWS.pulled.queueRequests + ROWS.pushed.queueRequests);
  const logGb = CYCLES * CYCLE_LOG_GB + persons * ROW_LOG_GB;
  return {
    functions: gbSeconds * PRICES.gbSecond + (CYCLES + persons) * PRICES.invocation,
    queues: requests * PRICES.queueRequest,
    'table, requests': reads * PRICES.readUnit + writes * PRICES.writeUnit,
    'table, storage and recovery': persons * PERSON_GB * (PRICES.tableGb + PRICES.recoveryGb),
    'API, schedule': persons * PRICES.apiRequest + CYCLES * PRICES.scheduled,
    'logs, kept for three months': logGb * (PRICES.logGb + 3 * PRICES.logGbMonth),
    secret: PRICES.secret + SECRET_READS * PRICES.secretRead,
    [`${deployed.metrics} metrics`]: deployed.metrics * PRICES.metric,
    [`alarms, ${deployed.alarmMetrics} metrics watched`]: deployed.alarmMetrics * PRICES.alarmMetric,
    dashboard: deployed.dashboards * PRICES.dashboard,
  };
}

export const SIZES = [0, 10_000, 100_000, 1_000_000] as const;

/** What formulas add where an org has any: each day every record is read again, and so is every person. */
function formulaCosts({ mergeGb }: Deployed, persons: number): number {
  const { readUnits, queueRequests, cpuSeconds } = ROWS.pulled;
  const row =
    readUnits * PRICES.readUnit + queueRequests * PRICES.queueRequest + cpuSeconds * mergeGb * PRICES.gbSecond;
  return DAYS * persons * row;
}

export function sumOf(costs: Readonly<Record<string, number>>): number {
  return Object.values(costs).reduce((sum, dollars) => sum + dollars, 0);
}

const HEADS = ['US dollars a month, persons', 'idle', ...SIZES.slice(1).map((size) => size.toLocaleString('en-GB'))];

/** The table of the costs, in Markdown as the formatter keeps it. */
export function costLines(deployed: Deployed): string[] {
  const columns = SIZES.map((persons) => monthlyCosts(deployed, persons));
  const row = (name: string, dollars: readonly number[]) => [name, ...dollars.map((each) => each.toFixed(2))];
  const rows = [
    HEADS,
    ...Object.keys(columns[0] ?? {}).map((name) =>
      row(
        name,
        columns.map((costs) => costs[name] ?? 0),
      ),
    ),
    row('together', columns.map(sumOf)),
    row(
      'formulas beside, if any',
      SIZES.map((persons) => formulaCosts(deployed, persons)),
    ),
  ];
  const widths = HEADS.map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)));
  const [head = '', ...others] = rows.map((cells) => lineOf(cells.map((cell, at) => cell.padEnd(widths[at] ?? 0))));
  return [head, lineOf(widths.map((width) => '-'.repeat(width))), ...others];
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
