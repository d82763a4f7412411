import { Actors } from './actors.ts';
import { Dice } from './dice.ts';
import { Functions } from './functions.ts';
import { checkEdits } from './oracles/edit-oracles.ts';
import { checkAgreement, checkCreatedLeads, checkEmails, checkSilence, countsNow } from './oracles/end-oracles.ts';
import { checkMergedPersons } from './oracles/life-oracles.ts';
import { checkAskings } from './oracles/reconciliation-oracles.ts';
import { checkRejections } from './oracles/rejection-oracles.ts';
import type { Scenario } from './scenario.ts';
import { Swarm } from './swarm.ts';
import { World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly steps: number;
  readonly traceHash: number;
  readonly hits: Readonly<Partial<Record<string, number>>>;
  /** The invariants that did not hold; empty for a good seed. */
  readonly broken: readonly string[];
  readonly story: readonly string[];
}

const POLL_MS = 5 * 60_000;

/** Until everything that was under way when the faults ended has come back: the visibility time-out and some. */
const DRAIN_MS = 13 * 60_000;
const DAY_MS = 24 * 3_600_000;
const POLLS_TO_AGREE = 3;
const QUIET_POLLS = 5;

/** In polls, for how long at the most messages that were given back are waited for. */
const REDELIVERIES = 6;

/** Plays a story to its end and checks what must hold; the same story always goes the same way. */
export async function simulate(scenario: Scenario, recorded = false): Promise<Outcome> {
  const dice = new Dice(scenario.seed);
  const swarm = new Swarm(scenario.faults);
  const world = new World(dice.fork('world'), swarm, recorded);
  const functions = new Functions(world);
  const actors = new Actors(world, functions, scenario.subjects);
  for (const operation of scenario.operations) world.timeline.after(operation.at, () => actors.act(operation));
  startPolls(world, functions);
  await world.timeline.run((stop) => {
    void play(world, functions, scenario.minutes)
      .catch((error: unknown) => world.breaks('the simulation itself', String(error)))
      .then(stop);
  });
  const { steps } = world.timeline;
  const { broken, traceHash } = world;
  return { seed: scenario.seed, steps, traceHash, hits: swarm.hits, broken, story: world.story ?? [] };
}

function startPolls(world: World, functions: Functions): void {
  const { timeline, swarm, dice } = world;
  const tick = () => {
    if (world.polledFrom > timeline.now) return timeline.at(world.polledFrom, tick);
    timeline.after(POLL_MS, tick);
    if (!swarm.strikes('pollSkipped', dice)) void functions.poll();
    if (swarm.strikes('pollsOverlap', dice)) timeline.after(dice.between(0, 20_000), () => void functions.poll());
  };
  timeline.after(dice.between(0, 30_000), tick);
}

async function play(world: World, functions: Functions, minutes: number): Promise<void> {
  const { timeline, swarm } = world;
  await timeline.wait(minutes * 60_000);
  await timeline.wait(Math.max(0, world.polledFrom - timeline.now));
  swarm.healed = true;
  world.quotaUntil = 0;
  world.storeDownUntil = 0;
  world.tell('the faults are over');
  await timeline.wait(DRAIN_MS);
  functions.queue.redrive();
  if (world.ledger.purged.size > 0) {
    // What left Salesforce for good is found when it is asked for, once a day: by the second poll after a day without.
    world.pausePolls(DAY_MS);
    await timeline.wait(DAY_MS + 2 * POLL_MS);
    // Without polls nobody learnt that a field was hidden: what could not be read for it comes again.
    functions.queue.redrive();
  }
  await timeline.wait(POLLS_TO_AGREE * POLL_MS);
  // What met a busy person comes again when its visibility time-out is over.
  for (let turn = 0; turn < REDELIVERIES && functions.queue.waiting > 0; turn += 1) await timeline.wait(POLL_MS);
  checkMergedPersons(world);
  checkAgreement(world);
  checkCreatedLeads(world);
  checkEdits(world);
  checkRejections(world);
  checkEmails(world);
  await checkAskings(world);
  let before = countsNow(world);
  await timeline.wait(POLL_MS);
  // The echo of the last push may still come through the queue; it must change nothing.
  before = { ...before, messages: world.ledger.messagesSent };
  await timeline.wait((QUIET_POLLS - 1) * POLL_MS);
  checkSilence(world, before, QUIET_POLLS);
}
