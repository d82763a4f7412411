import { RETRIES_EVERY } from '../../lib/sync/poll/hand-out-retries.ts';
import { mendRefusals, showAll } from './administrator.ts';
import { Dice } from './dice.ts';
import type { Functions } from './functions.ts';
import { checkPassed, checkRetried, checkSilentTries, dueRetries } from './oracles/lasting-oracles.ts';
import { checkPreviews } from './oracles/preview-oracles.ts';
import { checkReconciled } from './oracles/reconciliation-oracles.ts';
import { checkEnding, checkQuiet, heal, type Outcome, POLL_MS, POLLS_TO_AGREE, playStory } from './play-story.ts';
import { PASSING } from './refusals.ts';
import type { Scenario } from './scenario.ts';
import { Swarm } from './swarm.ts';
import { World } from './world.ts';

const DAY_MS = 24 * 3_600_000;

/** In polls, for how long at the most messages that were given back are waited for. */
const REDELIVERIES = 6;

/** Plays a story to its end and checks what must hold; the same story always goes the same way. */
export function simulate(scenario: Scenario, recorded = false): Promise<Outcome> {
  const world = new World(new Dice(scenario.seed).fork('world'), new Swarm(scenario.faults), recorded);
  return playStory(world, scenario, async (functions) => {
    startPolls(world, functions);
    await play(world, functions, scenario.minutes);
  });
}

/** The same for a whole day, at the end of which a reconciliation looks at every person and finds nothing. */
export function simulateDay(day: Scenario): Promise<Outcome> {
  const world = new World(new Dice(day.seed).fork('world'), new Swarm(day.faults), false);
  return playStory(world, day, async (functions) => {
    startPolls(world, functions);
    await play(world, functions, day.minutes);
    await functions.askReconciliation(false);
    await world.timeline.wait(POLLS_TO_AGREE * POLL_MS);
    await checkReconciled(world);
  });
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
  const { timeline } = world;
  await timeline.wait(minutes * 60_000);
  await timeline.wait(Math.max(0, world.polledFrom - timeline.now));
  await heal(world, functions);
  const isRefused = world.refusedRecords.some(({ naming }) => naming in PASSING);
  checkSilentTries(world);
  mendRefusals(world);
  await backIntoSight(world, functions);
  if (world.ledger.purged.size > 0 || isRefused) {
    // What left Salesforce for good is found when it is asked for, once a day: by the second poll after a day without.
    // And so is what was refused tried again.
    world.pausePolls(DAY_MS);
    await timeline.wait(DAY_MS + 2 * POLL_MS);
    // Without polls nobody learnt that a field was hidden: what could not be read for it comes again.
    functions.redrive();
  }
  await untilRetried(world);
  await timeline.wait(POLLS_TO_AGREE * POLL_MS);
  // What met a busy person comes again when its visibility time-out is over.
  for (let turn = 0; turn < REDELIVERIES && functions.waiting > 0; turn += 1) await timeline.wait(POLL_MS);
  await checkEnding(world);
  if (isRefused) checkPassed(world);
  await checkPreviews(world, functions);
  await checkQuiet(world);
}

/** Every row comes back into sight; what changed meanwhile is for a reconciliation to find. */
async function backIntoSight(world: World, functions: Functions): Promise<void> {
  if (world.hiddenRows.size === 0) return;
  showAll(world);
  await functions.askReconciliation(false);
  await world.timeline.wait(2 * POLL_MS);
}

/** A turn of the retries comes every few polls, and some more where polls are skipped. */
async function untilRetried(world: World): Promise<void> {
  const due = dueRetries(world);
  if (due.length === 0) return;
  await world.timeline.wait((RETRIES_EVERY + 1) * POLL_MS);
  checkRetried(world, due);
}
