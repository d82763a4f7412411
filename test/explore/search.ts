import type { Rule } from '../../lib/sync/rows/known.ts';
import { brokenIn } from './check-world.ts';
import { afterEvent, firstWorld } from './org.ts';
import { stepWorker } from './step-worker.ts';
import { isTold, keyOfWorld, type Worker, type World, withMessage, withoutWorker } from './world.ts';
import type { WorldPlan } from './worlds.ts';

export interface Search {
  readonly name: string;
  readonly states: number;
  readonly ends: number;
  /** Whether all states were visited. */
  readonly isComplete: boolean;
  /** What is broken, and the steps that lead there. */
  readonly broken: { readonly what: string; readonly trace: readonly string[] } | null;
  /** The rows of the specification's table that were decided by. */
  readonly rules: ReadonlySet<Rule>;
}

/** One way on from a world. */
interface Next {
  readonly world: World;
  readonly told: () => string;
}

/** States that are numbered in the order in which they were met, and how each was met first. */
class States {
  readonly #numbers = new Map<string, number>();
  readonly parents: number[] = [];
  readonly from: number[] = [];
  readonly to: number[] = [];

  get size(): number {
    return this.#numbers.size;
  }

  /** Whether the world had not been met before. */
  meet(world: World, parent: number): boolean {
    const key = keyOfWorld(world);
    const known = this.#numbers.get(key);
    const number = known ?? this.size;
    this.from.push(parent);
    this.to.push(number);
    if (known !== undefined) return false;
    this.#numbers.set(key, number);
    this.parents.push(parent);
    return true;
  }
}

/**
 * Visits every world that can come of a plan, breadth first: whatever may happen next, happens. With all of them
 * visited, it is asked whether an end can be reached from each.
 */
export function search(plan: WorldPlan, limit: number): Search {
  const rules = new Set<Rule>();
  const states = new States();
  const ends: number[] = [];
  const first = firstWorld(plan);
  states.meet(first, 0);
  let frontier: readonly World[] = [first];
  let visited = 0;
  let broken: { readonly what: string; readonly state: number } | undefined;
  while (frontier.length > 0 && broken === undefined && states.size <= limit) {
    const ahead: World[] = [];
    for (const world of frontier) {
      const nexts = nextsOf(plan, world, rules);
      broken ??= brokenAt(plan, world, visited);
      if (nexts.length === 0) ends.push(visited);
      ahead.push(...nexts.map((next) => next.world).filter((next) => states.meet(next, visited)));
      visited += 1;
    }
    frontier = ahead;
  }
  const isComplete = broken === undefined && frontier.length === 0;
  const stuck = isComplete ? stuckState(states, ends) : undefined;
  if (stuck !== undefined) broken = { what: 'no end can be reached', state: stuck };
  const { name } = plan;
  const told =
    broken === undefined ? null : { what: broken.what, trace: traceTo(plan, wayTo(broken.state, states.parents)) };
  return { name, states: states.size, ends: ends.length, isComplete, broken: told, rules };
}

function brokenAt(plan: WorldPlan, world: World, state: number) {
  const what = brokenIn(plan, world, isQuiet(world));
  return what === undefined ? undefined : { what, state };
}

function isQuiet({ queue, workers }: World): boolean {
  return queue.length === 0 && workers.every((worker) => worker === null);
}

function nextsOf(plan: WorldPlan, world: World, rules: Set<Rule>): Next[] {
  return [...eventsOf(plan, world), ...takesOf(world), ...stepsOf(plan, world, rules)];
}

function eventsOf(plan: WorldPlan, world: World): Next[] {
  const found: Next[] = [];
  for (const [at, event] of plan.events.entries()) {
    if (((world.events >> at) & 1) === 1) continue;
    const after = afterEvent({ ...world, events: world.events | (1 << at) }, event);
    if (after !== null) found.push({ world: after, told: () => `event ${JSON.stringify(event)}` });
    if (plan.inOrder) break;
  }
  return found;
}

/** A free worker takes a message, or a second delivery of it while it stays queued. */
function takesOf(world: World): Next[] {
  const at = world.workers.indexOf(null);
  if (at < 0) return [];
  return world.queue.flatMap((message, index) => {
    const worker: Worker = {
      message,
      items: [],
      rows: [],
      unread: [],
      sent: false,
      later: undefined,
      found: undefined,
    };
    const workers = world.workers.map((each, number) => (number === at ? worker : each));
    const taken = { ...world, workers, queue: world.queue.filter((_, each) => each !== index) };
    const told = (how: string) => () => `a worker takes ${how}${JSON.stringify(message)}`;
    const found: Next[] = [{ world: taken, told: told('') }];
    if (world.duplicates > 0 && isTold(message)) {
      const again = { ...world, workers, duplicates: world.duplicates - 1 };
      found.push({ world: again, told: told('a second delivery of ') });
    }
    return found;
  });
}

function stepsOf(plan: WorldPlan, world: World, rules: Set<Rule>): Next[] {
  const found: Next[] = [];
  for (const [at, worker] of world.workers.entries()) {
    if (worker === null) continue;
    const { message } = worker;
    if (world.crashes > 0) {
      const crashed = withoutWorker({ ...world, crashes: world.crashes - 1 }, at);
      const after = isTold(message) ? withMessage(crashed, message) : crashed;
      found.push({ world: after, told: () => `the worker of ${JSON.stringify(message)} dies` });
    }
    const { world: after, did, refused } = stepWorker(plan, world, at);
    if ('rule' in did && did.rule !== 'call') rules.add(did.rule);
    const told = () => `the worker of ${JSON.stringify(message)}: ${JSON.stringify(did)}${refused ? ' refused' : ''}`;
    found.push({ world: after, told });
  }
  return found;
}

/** A state from which no end can be reached, if there is one. */
function stuckState(states: States, ends: readonly number[]): number | undefined {
  const before = befores(states);
  const reaches = new Uint8Array(states.size);
  for (const end of ends) reaches[end] = 1;
  const open = [...ends];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const each of before(state)) {
      if (reaches[each] === 1) continue;
      reaches[each] = 1;
      open.push(each);
    }
  }
  const stuck = reaches.indexOf(0);
  return stuck < 0 ? undefined : stuck;
}

/** For each state, those from which one step leads to it. */
function befores({ size, from, to }: States): (state: number) => Uint32Array {
  const starts = new Uint32Array(size + 1);
  for (const target of to) starts[target + 1] = at(starts, target + 1) + 1;
  for (let state = 1; state <= size; state += 1) starts[state] = at(starts, state) + at(starts, state - 1);
  const filled = starts.slice();
  const before = new Uint32Array(from.length);
  for (const [edge, target] of to.entries()) {
    const slot = at(filled, target);
    before[slot] = from[edge] ?? 0;
    filled[target] = slot + 1;
  }
  return (state) => before.subarray(at(starts, state), at(starts, state + 1));
}

function at(numbers: Uint32Array, index: number): number {
  return numbers[index] ?? 0;
}

function wayTo(state: number, parents: readonly number[]): number[] {
  const way: number[] = [];
  for (let each = state; each !== 0; each = parents[each] ?? 0) way.push(each);
  return way.reverse();
}

/** The steps on the way, found by searching once more: states get the same numbers again. */
function traceTo(plan: WorldPlan, way: readonly number[]): string[] {
  const wanted = new Set(way);
  const found: Next[] = [];
  const states = new States();
  const first = firstWorld(plan);
  states.meet(first, 0);
  let frontier: World[] = [first];
  for (const last = way.at(-1) ?? 0; states.size <= last; ) {
    const ahead: World[] = [];
    for (const next of frontier.flatMap((world) => nextsOf(plan, world, new Set()))) {
      const number = states.size;
      if (!states.meet(next.world, 0)) continue;
      if (wanted.has(number)) found.push(next);
      ahead.push(next.world);
    }
    frontier = ahead;
  }
  const { items, rows } = found.at(-1)?.world ?? first;
  return [...found.map(({ told }) => told()), ...[...items, ...rows].map((part) => JSON.stringify(part))];
}
