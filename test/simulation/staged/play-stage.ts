import { Actors } from '../actors.ts';
import { Dice } from '../dice.ts';
import { Functions } from '../functions.ts';
import { checkEdits } from '../oracles/edit-oracles.ts';
import { checkAgreement, checkCreatedLeads, checkEmails, checkSilence, countsNow } from '../oracles/end-oracles.ts';
import { checkRejections } from '../oracles/rejection-oracles.ts';
import type { Outcome } from '../simulate.ts';
import { World } from '../world.ts';
import { joinRows } from './join-rows.ts';
import { checkFollowed } from './life-oracles.ts';
import { checkNotTriedAgain, checkOwnEdits, checkParked } from './own-edit-oracles.ts';
import { POLL_MS, type Stage } from './stage.ts';
import { StormySwarm } from './stormy-swarm.ts';

/** Until everything that was under way when the faults ended has come back. */
const DRAIN_MS = 13 * 60_000;
const POLLS_TO_AGREE = 3;
const QUIET_POLLS = 5;

/** Plays a stage as any story is played, and asks in the end for what its narrower events allow to be asked too. */
export async function playStage(stage: Stage, recorded = false): Promise<Outcome> {
  const swarm = new StormySwarm(stage);
  const world = new World(new Dice(stage.seed).fork('world'), swarm, recorded);
  const beginning = world.timeline.now;
  swarm.elapsed = () => world.timeline.now - beginning;
  const functions = new Functions(world);
  const actors = new Actors(world, functions, stage.subjects);
  for (const operation of stage.operations) world.timeline.after(operation.at, () => actors.act(operation));
  for (const join of stage.joins) world.timeline.after(join.at, () => joinRows(world, join));
  startPolls(world, functions, stage.firstPollAt);
  await world.timeline.run((stop) => {
    void play(world, functions, stage.minutes)
      .catch((error: unknown) => world.breaks('the simulation itself', String(error)))
      .then(stop);
  });
  const { steps } = world.timeline;
  const { broken, traceHash } = world;
  return { seed: stage.seed, steps, traceHash, hits: swarm.hits, broken, story: world.story ?? [] };
}

function startPolls(world: World, functions: Functions, firstPollAt: number): void {
  const { timeline, swarm, dice } = world;
  const tick = () => {
    timeline.after(POLL_MS, tick);
    if (!swarm.strikes('pollSkipped', dice)) void functions.poll();
  };
  timeline.after(firstPollAt, tick);
}

async function play(world: World, functions: Functions, minutes: number): Promise<void> {
  const { timeline, swarm } = world;
  await timeline.wait(minutes * 60_000);
  swarm.healed = true;
  world.tell('the faults are over');
  await timeline.wait(DRAIN_MS);
  functions.queue.redrive();
  await timeline.wait(POLLS_TO_AGREE * POLL_MS);
  for (const check of [checkAgreement, checkCreatedLeads, checkEdits, checkRejections, checkEmails]) check(world);
  for (const check of [checkOwnEdits, checkParked, checkNotTriedAgain, checkFollowed]) check(world);
  await timeline.wait(POLL_MS);
  const before = { ...countsNow(world), messages: world.ledger.messagesSent };
  await timeline.wait((QUIET_POLLS - 1) * POLL_MS);
  checkSilence(world, before, QUIET_POLLS);
}
