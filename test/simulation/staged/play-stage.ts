import { Dice } from '../dice.ts';
import type { Functions } from '../functions.ts';
import { checkEnding, checkQuiet, heal, type Outcome, POLL_MS, POLLS_TO_AGREE, playStory } from '../play-story.ts';
import { World } from '../world.ts';
import { joinRows } from './join-rows.ts';
import { checkFollowed } from './life-oracles.ts';
import { checkNotTriedAgain, checkOwnEdits, checkParked } from './own-edit-oracles.ts';
import type { Stage } from './stage.ts';
import { StormySwarm } from './stormy-swarm.ts';

/** Plays a stage as any story is played, and asks in the end for what its narrower events allow to be asked too. */
export function playStage(stage: Stage, recorded = false): Promise<Outcome> {
  const swarm = new StormySwarm(stage);
  const world = new World(new Dice(stage.seed).fork('world'), swarm, recorded);
  const beginning = world.timeline.now;
  swarm.elapsed = () => world.timeline.now - beginning;
  return playStory(world, stage, async (functions) => {
    for (const join of stage.joins) world.timeline.after(join.at, () => joinRows(world, join));
    startPolls(world, functions, stage.firstPollAt);
    await play(world, functions, stage.minutes);
  });
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
  const { timeline } = world;
  await timeline.wait(minutes * 60_000);
  await heal(world, functions);
  await timeline.wait(POLLS_TO_AGREE * POLL_MS);
  await checkEnding(world);
  for (const check of [checkOwnEdits, checkParked, checkNotTriedAgain, checkFollowed]) check(world);
  await checkQuiet(world);
}
