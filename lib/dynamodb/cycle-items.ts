import { InvalidCursorError } from '../sync/errors.ts';
import type { Cycle, CyclesPage } from '../sync/ports/sync-state-store.ts';
import { type CycleHealth, cycleAfter, healthAfter, type KeptCycle, NEW_HEALTH } from '../sync/state/cycle-health.ts';
import type { CycleReport, CycleSummary, MergeCounts } from '../sync/state/cycle-report.ts';
import type { ItemTable } from './item-table.ts';
import { CYCLES, cycleKey, type Key, syncKey } from './keys.ts';

/** The running or last cycle. */
interface RunningItem extends Key, KeptCycle {
  readonly owner: string;
  /** The cycle ended, but not in good order. */
  readonly isDisordered?: true | undefined;
}

/** One cycle of the last days; absent counts are zero. The report is absent until the end of the cycle. */
type CycleItem = Key & { readonly report?: CycleReport } & Partial<MergeCounts>;

const RUNNING = syncKey('CYCLE');

/** Retention of a cycle. */
const RETENTION_MS = 7 * 24 * 3600 * 1000;

/** The cycles in DynamoDB: one item for the running cycle, and one item per cycle of the last seven days. */
export class CycleItems {
  readonly #table: ItemTable;

  constructor(table: ItemTable) {
    this.#table = table;
  }

  async begin(owner: string, now: string, expiresAt: string): Promise<Cycle | undefined> {
    const last = await this.#table.get<RunningItem>(RUNNING);
    const runs = last?.runsUntil !== undefined && last.runsUntil > now;
    if (runs && last.owner !== owner) return undefined;
    const { number, health, reported, handedOut, died } = cycleAfter(last);
    const right = { number, owner, startedAt: now, runsUntil: expiresAt };
    const item: RunningItem = { ...RUNNING, ...right, health, reported, handedOut };
    const write = await this.#table.putIf({ Item: item, ...unchanged(last) });
    if (write !== 'written' && !(await this.#isOurs(number, owner))) return undefined;
    if (died !== undefined) await this.#report(died);
    return { number, owner, health, handedOut, previousEnded: endedInGoodOrder(last) };
  }

  async end({ number, owner, health, handedOut }: Cycle, report: CycleReport, inGoodOrder: boolean): Promise<void> {
    // If a later cycle has begun, the ended cycle has lost the right to write and may already be reported as failed.
    await this.#report(report);
    const isDisordered = inGoodOrder ? undefined : true;
    const ended = { ...RUNNING, number, owner, startedAt: report.startedAt, isDisordered, reported: number };
    await this.#table.putIf({
      Item: { ...ended, health: healthAfter(health, report), handedOut },
      ConditionExpression: '#number = :number AND attribute_exists(#runsUntil)',
      ExpressionAttributeNames: { '#number': 'number', '#runsUntil': 'runsUntil' },
      ExpressionAttributeValues: { ':number': number },
    });
  }

  async last(): Promise<{ readonly health: CycleHealth; readonly cycle: CycleSummary | null }> {
    const running = await this.#table.get<RunningItem>(RUNNING);
    if (running?.reported === undefined) return { health: running?.health ?? NEW_HEALTH, cycle: null };
    const item = await this.#table.get<CycleItem>(cycleKey(running.reported));
    return { health: running.health, cycle: item === undefined ? null : summaryOf(item) };
  }

  async page(limit: number, cursor: string | null): Promise<CyclesPage> {
    if (cursor !== null && !/^\d{1,12}$/.test(cursor))
      throw new InvalidCursorError(`unknown cursor: ${cursor.slice(0, 100)}`);
    const page = await this.#table.query<CycleItem>({
      KeyConditionExpression: 'pk = :pk AND sk < :below',
      ExpressionAttributeValues: { ':pk': CYCLES, ':below': cursor === null ? '~' : cycleKey(Number(cursor)).sk },
      ScanIndexForward: false,
      Limit: limit,
      ConsistentRead: true,
    });
    const cycles = page.items.flatMap((item) => summaryOf(item) ?? []);
    const last = page.items.at(-1);
    return { items: cycles, cursor: page.next === undefined || last === undefined ? null : String(Number(last.sk)) };
  }

  async count(cycle: number | undefined, counts: MergeCounts): Promise<void> {
    const number = cycle ?? (await this.#table.get<RunningItem>(RUNNING))?.number;
    // Before the first cycle nothing can be counted.
    if (number === undefined) return;
    const names = Object.keys(counts) as (keyof MergeCounts)[];
    await this.#table.updateIf({
      Key: cycleKey(number),
      UpdateExpression: `ADD ${names.map((name) => `${name} :${name}`).join(', ')}`,
      ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, counts[name]])),
    });
  }

  async #report(report: CycleReport): Promise<void> {
    const expiresAt = Math.ceil((Date.parse(report.endedAt) + RETENTION_MS) / 1000);
    // The first report is kept: a cycle reported as failed may still reach the end.
    await this.#table.updateIf({
      Key: cycleKey(report.cycle),
      UpdateExpression: 'SET #report = :report, expiresAt = :expiresAt',
      ConditionExpression: 'attribute_not_exists(#report)',
      ExpressionAttributeNames: { '#report': 'report' },
      ExpressionAttributeValues: { ':report': report, ':expiresAt': expiresAt },
    });
  }

  async #isOurs(number: number, owner: string): Promise<boolean> {
    const current = await this.#table.get<RunningItem>(RUNNING);
    return current?.number === number && current.owner === owner;
  }
}

/** Null for a cycle not ended. */
function summaryOf({ report, pushed = 0, rejected = 0, conflicts = 0, calls = 0 }: CycleItem): CycleSummary | null {
  return report === undefined ? null : { ...report, pushed, rejected, conflicts, calls: report.calls + calls };
}

/** The condition that the running item is unchanged since the read. */
function unchanged(last: RunningItem | undefined) {
  if (last === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression:
      last.runsUntil === undefined
        ? '#number = :number AND attribute_not_exists(#runsUntil)'
        : '#number = :number AND #runsUntil = :runsUntil',
    ExpressionAttributeNames: { '#number': 'number', '#runsUntil': 'runsUntil' },
    ExpressionAttributeValues: { ':number': last.number, ':runsUntil': last.runsUntil },
  };
}

function endedInGoodOrder(last: RunningItem | undefined): boolean {
  return last === undefined || (last.runsUntil === undefined && last.isDisordered === undefined);
}
