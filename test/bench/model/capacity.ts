import { PRICES } from './prices.ts';

/** What one row costs, as measured: units and calls of DynamoDB, queue requests, processor time. */
export interface RowCost {
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly queueRequests: number;
  readonly cpuSeconds: number;
}

export interface Costs {
  readonly pulled: RowCost;
  readonly pushed: RowCost;
}

/** An install and its org. Half of the edits are made here, half in Salesforce. */
export interface Install {
  readonly persons: number;
  readonly editsAMinute: number;
  /** Salesforce licences: each adds 1,000 calls a day to the org's 100,000 (Enterprise Edition). */
  readonly licences: number;
  /** Merges at once. */
  readonly workers: number;
  readonly massPushAbove: number;
  readonly apiReserve: number;
  /** Of a call, and of each row that it saves: the org's automation. */
  readonly callSeconds: number;
  readonly rowSeconds: number;
}

export const USUAL: Omit<Install, 'persons' | 'editsAMinute'> = {
  licences: 50,
  workers: 8,
  massPushAbove: 10_000,
  apiReserve: 0.2,
  callSeconds: 0.5,
  rowSeconds: 0.02,
};

export interface Prediction {
  readonly calls: number;
  /** Seconds from an edit to its arrival, for the edits of the last hour of the day. */
  readonly behindSeconds: number;
  /** Whether it falls behind further each hour. */
  readonly isFallingBehind: boolean;
  readonly dollarsADay: number;
  /** How much of each limit the day needs; above 1 it gives way. The first is the closest to it. */
  readonly limits: readonly { readonly name: string; readonly share: number; readonly setting: string }[];
}

const DAY = 86_400;
const CYCLE = 300;
const PAGE_ROWS = 2000;
/** From so many rows on, a query job of the Bulk API reads the window, in pages of 50,000. */
const BULK_ABOVE = 20_000;
const BULK_PAGE_ROWS = 50_000;
const BULK_CALLS = 9;
const BULK_SECONDS = 60;
const GUARDED_ROWS = 23;
const MASS_ROWS = 600;
const CALL_AIM_SECONDS = 10;
/** The poll's own time, less what it needs to end in good order. */
const POLL_SECONDS = 780;
const MERGE_BATCH_ROWS = 800;
/** On-demand tables take 40,000 write units a second unless the quota is raised; the index of what waits has 8 shards. */
const TABLE_UNITS = 40_000;
const INDEX_WRITES = 8 * 1000;

const PERSON_GB = 1.2e-6;

/** A worker that is busy until then, and what arrives at its end. */
interface Work {
  readonly endsAt: number;
  readonly pulled: number;
  readonly pushed: number;
}

/** One day of the pipeline: a poll every five minutes, a queue, and workers that pull and push batch after batch. */
export function predict(costs: Costs, install: Install): Prediction {
  const day = new Day(costs, install);
  for (let now = CYCLE; now <= DAY; now += CYCLE) {
    day.workUntil(now);
    day.poll(now);
  }
  day.workUntil(DAY);
  return day.prediction();
}

class Day {
  readonly #costs: Costs;
  readonly #install: Install;
  readonly #rate: number;
  readonly #budget: number;
  readonly #busy: Work[] = [];
  #free: number;
  #clock = 0;
  #calls = 0;
  #unread = 0;
  #toMerge = 0;
  #toPush = 0;
  #toPushMass = 0;
  #handedOut = 0;
  readonly #arrived = { pulled: 0, pushed: 0 };
  readonly #worked = { seconds: 0, poll: 0, longestPoll: 0 };
  readonly #behind: number[] = [];

  constructor(costs: Costs, install: Install) {
    this.#costs = costs;
    this.#install = install;
    this.#rate = install.editsAMinute / 60 / 2;
    this.#free = install.workers;
    this.#budget = (100_000 + 1000 * install.licences) * (1 - install.apiReserve) - nightlyCalls(install.persons);
  }

  poll(now: number): void {
    this.#behind.push(this.#rate === 0 ? 0 : now - this.#oldest());
    this.#unread += this.#rate * CYCLE;
    if (this.#calls >= this.#budget) return;
    const isBulk = this.#unread > BULK_ABOVE;
    const pageSeconds = this.#install.callSeconds * 2;
    const most = isBulk ? Number.POSITIVE_INFINITY : (POLL_SECONDS / pageSeconds) * PAGE_ROWS;
    const rows = Math.min(this.#unread, most);
    const pages = Math.ceil(rows / (isBulk ? BULK_PAGE_ROWS : PAGE_ROWS));
    const seconds = isBulk ? BULK_SECONDS + pages * pageSeconds : pages * pageSeconds;
    this.#calls += 1 + Math.max(0, pages - 1) + (isBulk ? BULK_CALLS : 0);
    this.#worked.poll += seconds;
    this.#worked.longestPoll = Math.max(this.#worked.longestPoll, seconds);
    this.#unread -= rows;
    this.#toMerge += rows;
    const waiting = this.#rate * now - this.#handedOut;
    const guarded = Math.min(waiting, this.#install.massPushAbove);
    this.#toPush += guarded;
    this.#toPushMass += waiting - guarded;
    this.#handedOut += waiting;
  }

  /** Hands out work to whoever is free, and lets time pass to the end of the next work, until then. */
  workUntil(until: number): void {
    for (;;) {
      while (this.#free > 0 && this.#begin()) this.#free -= 1;
      const next = this.#busy.reduce<Work | undefined>(
        (first, work) => (first && first.endsAt <= work.endsAt ? first : work),
        undefined,
      );
      if (next === undefined || next.endsAt > until) break;
      this.#clock = next.endsAt;
      this.#busy.splice(this.#busy.indexOf(next), 1);
      this.#free += 1;
      this.#arrived.pulled += next.pulled;
      this.#arrived.pushed += next.pushed;
    }
    this.#clock = until;
  }

  #begin(): boolean {
    const { callSeconds, rowSeconds } = this.#install;
    if (this.#toMerge > 1e-6) {
      const rows = Math.min(this.#toMerge, MERGE_BATCH_ROWS);
      this.#toMerge -= rows;
      return this.#work(rows * this.#costs.pulled.cpuSeconds, { pulled: rows, pushed: 0 });
    }
    const isMass = this.#toPush < 1e-6;
    const waiting = isMass ? this.#toPushMass : this.#toPush;
    // Fractions of an edit are left over by the arithmetic.
    if (waiting < 1e-6 || this.#calls >= this.#budget) return false;
    const most = Math.min(isMass ? MASS_ROWS : GUARDED_ROWS, Math.max(1, Math.floor(CALL_AIM_SECONDS / rowSeconds)));
    const rows = Math.min(waiting, most);
    if (isMass) this.#toPushMass -= rows;
    else this.#toPush -= rows;
    this.#calls += 1;
    return this.#work(callSeconds + rows * (rowSeconds + this.#costs.pushed.cpuSeconds), { pulled: 0, pushed: rows });
  }

  #work(seconds: number, done: { readonly pulled: number; readonly pushed: number }): true {
    this.#worked.seconds += seconds;
    this.#busy.push({ endsAt: this.#clock + seconds, ...done });
    return true;
  }

  /** When the oldest edit was made that has not arrived. */
  #oldest(): number {
    return Math.min(this.#arrived.pulled, this.#arrived.pushed) / this.#rate;
  }

  prediction(): Prediction {
    const hour = DAY / CYCLE / 24;
    const last = this.#behind.slice(-hour);
    const noon = this.#behind.slice(this.#behind.length / 2, this.#behind.length / 2 + hour);
    const [behindSeconds, before] = [mean(last), mean(noon)];
    return {
      calls: this.#calls + nightlyCalls(this.#install.persons),
      behindSeconds,
      isFallingBehind: behindSeconds > 3 * CYCLE && behindSeconds > before * 1.1,
      dollarsADay: this.#dollars(),
      limits: this.#limits(),
    };
  }

  #dollars(): number {
    const { pulled, pushed } = this.#costs;
    const sum = (of: (cost: RowCost) => number) =>
      this.#arrived.pulled * of(pulled) + this.#arrived.pushed * of(pushed);
    return (
      sum(({ writeUnits }) => writeUnits) * PRICES.writeUnit +
      sum(({ readUnits }) => readUnits) * PRICES.readUnit +
      sum(({ queueRequests }) => queueRequests) * PRICES.queueRequest +
      (this.#worked.seconds + this.#worked.poll) * PRICES.gbSecond +
      (this.#install.persons * PERSON_GB * PRICES.tableGb) / 30
    );
  }

  /** What a day of this rate needs of each limit, whether it got it or not. */
  #limits(): Prediction['limits'] {
    const { workers, massPushAbove, callSeconds, rowSeconds } = this.#install;
    const aCycle = this.#rate * CYCLE;
    const guarded = Math.min(aCycle, massPushAbove);
    const pushCalls = guarded / GUARDED_ROWS + (aCycle - guarded) / MASS_ROWS;
    const readCalls = aCycle > BULK_ABOVE ? BULK_CALLS + aCycle / BULK_PAGE_ROWS : 1 + aCycle / PAGE_ROWS;
    const seconds =
      aCycle * (this.#costs.pulled.cpuSeconds + this.#costs.pushed.cpuSeconds + rowSeconds) + pushCalls * callSeconds;
    const units = this.#rate * (this.#costs.pulled.writeUnits + this.#costs.pushed.writeUnits);
    const limits = [
      {
        name: 'daily calls',
        share: ((pushCalls + readCalls) * (DAY / CYCLE)) / Math.max(1, this.#budget),
        setting: 'massPushAbove (lower), apiReserve, licences',
      },
      { name: 'merges at once', share: seconds / (workers * CYCLE), setting: 'maxConcurrency' },
      { name: 'poll time', share: this.#worked.longestPoll / POLL_SECONDS, setting: 'none: the next cycle goes on' },
      { name: 'table writes', share: units / TABLE_UNITS, setting: 'the quota of the table' },
      { name: 'index of what waits', share: (this.#rate * 2) / INDEX_WRITES, setting: 'none: 8 shards' },
    ];
    return limits.sort((one, other) => other.share - one.share);
  }
}

/** Every person is compared with its row once a week, 8,000 a call, and formulas are read once a day, 2,000 a call. */
function nightlyCalls(persons: number): number {
  return Math.ceil(persons / 8000 / 7 + persons / PAGE_ROWS);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
