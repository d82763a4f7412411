import { setTimeout as sleep } from 'node:timers/promises';
import type { CycleReport } from '../../../lib/sync/state/cycle-report.ts';
import { type PersonApiClient, personApiClient } from '../clients/person-api-client.ts';
import type { RuntimeLog } from '../runtime/runtime-event.ts';
import type { Sandbox } from '../start-sandbox.ts';
import { detailsSince } from './cycle-details.ts';
import { cycleLines, handedOver, idleLine, isIdle, nextIn, type ToldCycle } from './cycle-lines.ts';
import { type FunctionNames, mergedIn, reportIn, troubleIn } from './log-lines.ts';
import { progressBar, type Screen, timeOfDay } from './screen.ts';

const LOOK_AGAIN_MS = 250;
const SECOND_MS = 1_000;

/** Prints what the cycles of a sandbox do. */
export interface CycleTeller {
  readonly log: RuntimeLog;
  /** Settles once a first poll has ended, well or not. */
  readonly firstPoll: Promise<void>;
  /** Rows that merges have finished so far. */
  readonly merged: () => number;
  /** Begins to print; earlier lines have been kept. */
  begin(sandbox: Pick<Sandbox, 'apiUrl' | 'runtime'>): void;
  close(): void;
}

/** One line a cycle. On a terminal idle cycles share one living line, with the time left until the next. */
export function tellCycles(screen: Screen, cycleSeconds: number): CycleTeller {
  const teller = new Teller(screen, cycleSeconds * 1000);
  return {
    log: (event) => teller.hear(event),
    firstPoll: teller.firstPoll.promise,
    merged: () => teller.merged,
    begin: (sandbox) => teller.begin(sandbox),
    close: () => teller.close(),
  };
}

class Teller {
  readonly firstPoll = Promise.withResolvers<void>();
  readonly #screen: Screen;
  readonly #cycleMs: number;
  readonly #trouble: { readonly line: string; readonly function: string }[] = [];
  #reports: CycleReport[] = [];
  #begun: { readonly api: PersonApiClient; readonly names: FunctionNames } | undefined;
  #working = false;
  merged = 0;
  /** `merged` when the cycle before was told: what came since is of the next cycle. */
  #mergedBefore = 0;
  #idleSince: CycleReport | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #nextLine: (() => string) | undefined;
  #closed = false;

  constructor(screen: Screen, cycleMs: number) {
    this.#screen = screen;
    this.#cycleMs = cycleMs;
  }

  hear(event: Parameters<RuntimeLog>[0]): void {
    this.merged += mergedIn(event);
    const report = reportIn(event);
    if (report !== undefined) this.#reports.push(report);
    const isPollEnd = event.type === 'invocation' && event.trigger === 'schedule';
    if (report !== undefined || isPollEnd) this.firstPoll.resolve();
    const line = troubleIn(event, this.#begun?.names ?? ((name) => name));
    if (line !== undefined) this.#tellTrouble(line, event.function);
    void this.#work();
  }

  begin({ apiUrl, runtime }: Pick<Sandbox, 'apiUrl' | 'runtime'>): void {
    this.#begun = { api: personApiClient(apiUrl), names: namesOf(runtime.functions) };
    for (const { line, function: name } of this.#trouble.splice(0)) {
      this.#tellTrouble(line.replace(name, this.#begun.names(name)), name);
    }
    this.#ticker = setInterval(() => this.#tick(), SECOND_MS);
    void this.#work();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#ticker);
    this.#screen.live('');
  }

  #tellTrouble(line: string, name: string): void {
    if (this.#begun === undefined) this.#trouble.push({ line, function: name });
    else this.#screen.line(`${timeOfDay(new Date())} ${this.#screen.style('red', line)}`);
  }

  /** Tells the reports one after the other: a report may come while the one before it is still being told. */
  async #work(): Promise<void> {
    if (this.#working || this.#begun === undefined) return;
    this.#working = true;
    try {
      for (let report = this.#reports.shift(); report !== undefined; report = this.#reports.shift()) {
        await this.#tell(report, this.#begun.api);
      }
    } finally {
      this.#working = false;
    }
  }

  async #tell(report: CycleReport, api: PersonApiClient): Promise<void> {
    const nextAt = Date.parse(report.endedAt) + this.#cycleMs;
    if (isIdle(report) && this.#screen.isLive) {
      const first = this.#idleSince ?? report;
      this.#idleSince = first;
      this.#show(() => idleLine(first, report, nextAt, Date.now()));
      return;
    }
    this.#idleSince = undefined;
    const told = isIdle(report) ? { cycle: report, details: [] } : await this.#whatItCameTo(report, api);
    if (this.#closed) return;
    for (const line of cycleLines(told.cycle, told.details, this.#screen)) this.#screen.line(line);
    this.#show(() => nextIn(nextAt, Date.now()));
  }

  /** Waits until the merges of the cycle are done, or until the next cycle has ended. */
  async #whatItCameTo(report: CycleReport, api: PersonApiClient) {
    const total = handedOver(report);
    const before = this.#mergedBefore;
    this.#show(() => `merging ${progressBar(Math.min(total, this.merged - before), total)}`);
    try {
      while (!this.#closed && this.#reports.length === 0) {
        if ((await api.status()).backlog.messages === 0) break;
        await sleep(LOOK_AGAIN_MS);
      }
      const cycle: ToldCycle = (await cyclesOf(api)).find(({ cycle: number }) => number === report.cycle) ?? report;
      const wanted = { rejected: cycle.rejected ?? 0, conflicts: cycle.conflicts ?? 0 };
      return { cycle, details: await detailsSince(api, report.startedAt, wanted) };
    } catch (error) {
      // The API is not the product's only witness: the report itself is printed without what could not be read.
      if (!this.#closed) this.#tellTrouble(`the API could not say more: ${messageOf(error)}`, '');
      return { cycle: report, details: [] };
    } finally {
      this.#mergedBefore = this.merged;
    }
  }

  #show(line: () => string): void {
    this.#nextLine = line;
    this.#tick();
  }

  #tick(): void {
    if (this.#nextLine !== undefined && !this.#closed) this.#screen.live(this.#nextLine(), 'dim');
  }
}

/** The newest cycles, with what their merges came to. */
async function cyclesOf(api: PersonApiClient): Promise<readonly ToldCycle[]> {
  const { status, body } = await api.send('GET /sync/cycles?limit=20');
  if (status !== 200) throw new Error(`GET /sync/cycles answered ${status}`);
  return (body as { cycles: readonly ToldCycle[] }).cycles;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A function's name as its construct has it, in kebab case: `LockstepSync/SyncPerson/…` is `sync-person`. */
function namesOf(functions: Sandbox['runtime']['functions']): FunctionNames {
  const names = new Map(
    functions.map(({ name, path }) => {
      const construct = path.split('/')[1] ?? name;
      return [name, construct.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()];
    }),
  );
  return (name) => names.get(name) ?? name;
}
