import { retryAt } from '../../lib/person/retry.ts';
import { Actors } from './actors.ts';
import { Functions } from './functions.ts';
import { checkEdits } from './oracles/edit-oracles.ts';
import { checkAgreement, checkCreatedLeads, checkEmails, checkSilence, countsNow } from './oracles/end-oracles.ts';
import { checkLasting } from './oracles/lasting-oracles.ts';
import { checkMergedPersons } from './oracles/life-oracles.ts';
import { checkLists } from './oracles/list-oracles.ts';
import { checkAskings } from './oracles/reconciliation-oracles.ts';
import { checkRejections } from './oracles/rejection-oracles.ts';
import { checkTypes } from './oracles/type-oracles.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly steps: number;
  readonly traceHash: number;
  readonly hits: Readonly<Partial<Record<string, number>>>;
  /** The invariants that did not hold; empty for a good seed. */
  readonly broken: readonly string[];
  readonly story: readonly string[];
}

export const POLL_MS = 5 * 60_000;

/** In how many polls both sides must agree once the faults are over. */
export const POLLS_TO_AGREE = 3;
const QUIET_POLLS = 5;

/** Until everything that was under way when the faults ended has come back: the visibility time-out and some. */
const DRAIN_MS = 13 * 60_000;

/** Lets people do what the story tells, and the product go as `play` lets it, until that has come to its end. */
export async function playStory(
  world: World,
  { seed, subjects, operations }: Pick<Scenario, 'seed' | 'subjects' | 'operations'>,
  play: (functions: Functions) => Promise<void>,
): Promise<Outcome> {
  const functions = new Functions(world);
  const actors = new Actors(world, functions, subjects);
  for (const operation of operations) world.timeline.after(operation.at, () => actors.act(operation));
  await world.timeline.run((stop) => {
    void play(functions)
      .catch((error: unknown) => world.breaks('the simulation itself', String(error)))
      .then(stop);
  });
  const { steps } = world.timeline;
  const { broken, traceHash, swarm } = world;
  return { seed, steps, traceHash, hits: swarm.hits, broken, story: world.story ?? [] };
}

/** Ends the faults, and waits until what they left behind has come back. */
export async function heal(world: World, functions: Functions): Promise<void> {
  world.swarm.healed = true;
  world.quotaUntil = 0;
  world.storeDownUntil = 0;
  world.tell('the faults are over');
  await world.timeline.wait(DRAIN_MS);
  functions.redrive();
}

/** What must hold of every story once both sides have had the time to agree. */
export async function checkEnding(world: World): Promise<void> {
  checkMergedPersons(world);
  checkAgreement(world);
  checkCreatedLeads(world);
  checkEdits(world);
  checkRejections(world);
  checkLasting(world);
  checkEmails(world);
  await checkAskings(world);
  await checkLists(world);
  await checkTypes(world);
}

/** From now on nothing may happen any more. */
export async function checkQuiet(world: World): Promise<void> {
  const { timeline } = world;
  const before = countsNow(world);
  const retries = world.stores.all().flatMap((person) => retryAt(person) ?? []);
  await timeline.wait(POLL_MS);
  // The echo of the last push may still come through the queue; it must change nothing.
  const { messagesSent: messages } = world.ledger;
  await timeline.wait((QUIET_POLLS - 1) * POLL_MS);
  // A refusal whose next try comes just then breaks the silence, rightly.
  if (retries.some((at) => at <= new Date(timeline.now).toISOString())) return world.swarm.count('retryInSilence');
  checkSilence(world, { ...before, messages }, QUIET_POLLS);
}
