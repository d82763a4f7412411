import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../../lib/sync/in-parallel.ts';
import { editFields } from '../../../lib/sync/persons/edit-persons.ts';
import { atMost, type Bar, type Place, type Task } from '../bench.ts';
import { runCycle } from '../drive.ts';
import { counted, increase, type Measured, measured } from '../measure.ts';
import { openProduct } from '../product.ts';
import { leadIds, openRawOrg } from '../raw-org.ts';
import { control } from '../surroundings.ts';
import type { Costs, RowCost } from './capacity.ts';
import { ROWS } from './counts.ts';

const AT_ONCE = 24;

/** The feed reads seconds that are over. */
const SECONDS_ARE_OVER_MS = 2500;

/** Records that the store already knows, each changed in Salesforce; one cycle pulls them. */
const pull: Task = async (place, size) => {
  await control(place.orgUrl, 'seed', { leads: size, contacts: 0, seed: 1 });
  const product = openProduct(place);
  await runCycle(product, place);
  const org = await openRawOrg(place);
  const ids = await leadIds(org);
  for (let from = 0; from < ids.length; from += 200) {
    const records = ids
      .slice(from, from + 200)
      .map((Id) => ({ attributes: { type: 'Lead' }, Id, City: `Town ${from}` }));
    await org.call('PATCH', '/composite/sobjects', { allOrNone: true, records });
  }
  await sleep(SECONDS_ARE_OVER_MS);
  return cycleOf(product, place);
};

/** Each person edited here; one cycle pushes them. */
const push: Task = async (place) => {
  const product = openProduct(place);
  const ids = await leadIds(await openRawOrg(place));
  await inParallel(ids, AT_ONCE, (id) => editFields(product.ports, `sf-${id}`, { Title: `Title of ${id}` }));
  return cycleOf(product, place);
};

async function cycleOf(product: ReturnType<typeof openProduct>, place: Place): Promise<Measured> {
  const before = await product.counts();
  return measured(async () => {
    await runCycle(product, place);
    return increase(before, await product.counts());
  });
}

export const tasks = { pull, push };

/** How the tasks are run: in processes of their own, on an org and a table of their own. */
export interface Runner {
  begin(): Promise<Place>;
  run(task: string, place: Place, size: number): Promise<Measured>;
}

export const COUNTED = ['writeUnits', 'readUnits', 'queueRequests'] as const;

/** What a row costs, from a small run, and how well that tells what a run of twice the size costs. */
export async function measureCosts(
  runner: Runner,
  size: number,
): Promise<{ readonly costs: Costs; readonly bars: readonly Bar[] }> {
  const small = await both(runner, size);
  const large = await both(runner, 2 * size);
  const costs = { pulled: costOf(small.pull, size), pushed: costOf(small.push, size) };
  const bars = (['pull', 'push'] as const).flatMap((kind) => {
    const cost = kind === 'pull' ? costs.pulled : costs.pushed;
    const told = (['writeUnits', 'readUnits'] as const).map((name) => {
      const measuredUnits = counted(large[kind], name);
      return atMost(
        `${kind}, ${name} of ${2 * size}: told wrong by, %`,
        (Math.abs(cost[name] * 2 * size - measuredUnits) / measuredUnits) * 100,
        15,
      );
    });
    const calls = counted(large[kind], 'salesforceCalls');
    // What a cycle asks beside its rows is the same at both sizes.
    const beside = counted(small[kind], 'salesforceCalls') - callsFor(kind, size);
    const expected = beside + callsFor(kind, 2 * size);
    return [...told, atMost(`${kind}, calls of ${2 * size}: told wrong by`, Math.abs(calls - expected), 2)];
  });
  return { costs, bars: [...bars, ...atMostTold(costs)] };
}

/** The counts that the costs in cdk/README.md are computed from. */
function atMostTold(costs: Costs): Bar[] {
  return (['pulled', 'pushed'] as const).flatMap((kind) =>
    COUNTED.map((name) => atMost(`a ${kind} row, ${name}`, costs[kind][name], ROWS[kind][name])),
  );
}

/** A page holds 2,000 rows that are read, a call 23 that are pushed. */
function callsFor(kind: 'pull' | 'push', rows: number): number {
  return Math.ceil(rows / (kind === 'pull' ? 2000 : 23));
}

async function both(runner: Runner, size: number) {
  const place = await runner.begin();
  return { pull: await runner.run('pull', place, size), push: await runner.run('push', place, size) };
}

function costOf(measure: Measured, size: number): RowCost {
  const [writeUnits, readUnits, queueRequests] = COUNTED.map((name) => counted(measure, name) / size);
  return {
    writeUnits: writeUnits ?? 0,
    readUnits: readUnits ?? 0,
    queueRequests: queueRequests ?? 0,
    cpuSeconds: measure.cpuSeconds / size,
  };
}
