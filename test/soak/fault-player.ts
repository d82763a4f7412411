import { setTimeout as sleep } from 'node:timers/promises';
import type { OrgClient } from '../sandbox/clients/org-client.ts';
import type { FaultKind, FaultSpec } from '../sandbox/org/faults.ts';
import type { Dice } from '../simulation/dice.ts';
import type { SoakLedger } from './soak-ledger.ts';
import type { SoakedSandbox } from './soaked-sandbox.ts';

/** Longer than the sandbox waits for an answer. */
const TIMEOUT_MS = 12_000;

/** More often than any fault strikes while it is on: what is left of it tells how often it did. */
const OFTEN = 100_000;

/** Each fault of the org, and how it is played. */
const FAULTS: Readonly<Record<FaultKind, Omit<FaultSpec, 'kind'>>> = {
  limitExceeded: {},
  unavailable: { probability: 0.5 },
  serverError: { probability: 0.5 },
  htmlError: { probability: 0.5 },
  timeoutBefore: { probability: 0.2, milliseconds: TIMEOUT_MS },
  timeoutAfterCommit: { probability: 0.2, milliseconds: TIMEOUT_MS },
  dropConnection: { probability: 0.4 },
  expireSession: { probability: 0.5 },
  lockRow: { probability: 0.4 },
  slow: { probability: 0.5, milliseconds: 1_500 },
};

const KINDS = Object.keys(FAULTS) as FaultKind[];

/** The faults after which the org has done what the answer would have said. */
const LOSES_ANSWER: ReadonlySet<FaultKind> = new Set(['timeoutAfterCommit', 'dropConnection']);

/** All calls of the sync are composite requests; those of sales are not, and are let through. */
const MATCH = 'composite';

/** How much later than a kill or the end of a fault a push may still be without its answer. */
const AFTERMATH_MS = 1_000;

interface Kill {
  readonly name: string;
  readonly weight: number;
  readonly kill: (sandbox: SoakedSandbox, dice: Dice) => Promise<boolean>;
}

const KILLS: readonly Kill[] = [
  { name: 'a function', weight: 12, kill: async (sandbox, dice) => sandbox.killFunction(dice) },
  { name: 'the tables', weight: 2, kill: (sandbox) => sandbox.killEngine('tables').then(() => true) },
  { name: 'the queues', weight: 2, kill: (sandbox) => sandbox.killEngine('queues').then(() => true) },
  { name: 'everything but the org', weight: 2, kill: (sandbox) => sandbox.killAll().then(() => true) },
];
const KILL_DECK = KILLS.flatMap((kill) => Array.from({ length: kill.weight }, () => kill));

/** Makes the org fail in each of its ways, and kills processes, until it is stopped; then everything is well again. */
export class FaultPlayer {
  readonly #sandbox: SoakedSandbox;
  readonly #admin: OrgClient;
  readonly #ledger: SoakLedger;

  constructor(sandbox: SoakedSandbox, admin: OrgClient, ledger: SoakLedger) {
    this.#sandbox = sandbox;
    this.#admin = admin;
    this.#ledger = ledger;
  }

  async play(dice: Dice, signal: AbortSignal): Promise<void> {
    await Promise.all([this.#playFaults(dice.fork('faults'), signal), this.#playKills(dice.fork('kills'), signal)]);
  }

  async #playFaults(dice: Dice, signal: AbortSignal): Promise<void> {
    let deck: FaultKind[] = [];
    while (!signal.aborted) {
      if (deck.length === 0) deck = shuffled(KINDS, dice);
      const kinds = deck.splice(0, dice.between(1, 2));
      const from = Date.now();
      for (const kind of kinds) {
        await this.#admin.control('POST faults', { kind, match: MATCH, times: OFTEN, ...FAULTS[kind] });
      }
      await pause(dice.between(1_500, 5_000), signal);
      await this.#countStrikes();
      await this.#admin.control('DELETE faults');
      for (const kind of kinds) {
        const losesAnswers = LOSES_ANSWER.has(kind);
        this.#ledger.troubles.push({ what: kind, from, to: Date.now() + AFTERMATH_MS, losesAnswers });
      }
      await pause(dice.between(500, 4_000), signal);
    }
  }

  async #countStrikes(): Promise<void> {
    const { faults } = (await this.#admin.control('GET faults')) as { faults: readonly FaultSpec[] };
    for (const { kind, times = OFTEN } of faults) this.#ledger.count(`fault: ${kind}`, OFTEN - times);
  }

  async #playKills(dice: Dice, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(dice.between(1_000, 6_000), signal);
      if (signal.aborted) return;
      const { name, kill } = dice.pick(KILL_DECK);
      const from = Date.now();
      if (!(await kill(this.#sandbox, dice))) continue;
      this.#ledger.count(`killed: ${name}`);
      const span = { from: from - AFTERMATH_MS, to: Date.now() + AFTERMATH_MS };
      this.#ledger.troubles.push({ what: `kill of ${name}`, ...span, losesAnswers: true });
    }
  }
}

function shuffled<Item>(items: readonly Item[], dice: Dice): Item[] {
  return items
    .map((item) => ({ item, at: dice.below(1_000_000) }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

/** Sleeps, but not beyond the end. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
