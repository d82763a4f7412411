import { atMost, type Bench, type Task, type Workload } from '../bench.ts';
import { runCycle } from '../drive.ts';
import { counted, increase, measured } from '../measure.ts';
import { IDLE_CYCLE } from '../model/counts.ts';
import { openProduct } from '../product.ts';
import { openRawOrg } from '../raw-org.ts';
import { control } from '../surroundings.ts';

const CYCLES_A_DAY = 288;

/** Marketo's 300 seconds, and three objects asked in each. */
const MARKETO_CALLS_A_DAY = 7200;

/** Everybody in step. */
const prepare: Task = async (place, size) => {
  await control(place.orgUrl, 'seed', { leads: size, contacts: size / 2, seed: 1 });
  const product = openProduct(place);
  return measured(async () => {
    for (let cycle = 0; cycle < 3; cycle += 1) await runCycle(product, place);
    return {};
  });
};

const cycle: Task = async (place) => {
  const product = openProduct(place);
  // The first cycle of a process signs in.
  await runCycle(product, place);
  const before = await product.counts();
  return measured(async () => {
    await runCycle(product, place);
    return increase(before, await product.counts());
  });
};

/** One query of each object. */
const raw: Task = async (place) => {
  const org = await openRawOrg(place);
  const since = new Date(Date.now() - 600_000).toISOString();
  const before = await org.requests();
  return measured(async () => {
    for (const object of ['Lead', 'Contact']) {
      const soql = `SELECT Id FROM ${object} WHERE SystemModstamp >= ${since} ORDER BY SystemModstamp, Id`;
      await org.call('GET', `/queryAll?q=${encodeURIComponent(soql)}`);
    }
    return { salesforceCalls: (await org.requests()) - before };
  });
};

export const tasks = { prepare, cycle, raw };

async function run(bench: Bench) {
  const place = await bench.begin();
  await bench.run('prepare', place, 200);
  const product = await bench.run('cycle', place, 0);
  const floor = await bench.run('raw', place, 0);
  const callsADay = counted(product, 'salesforceCalls') * CYCLES_A_DAY;
  return {
    product,
    floor,
    peers: {},
    ratios: {
      'calls / one query an object': counted(product, 'salesforceCalls') / counted(floor, 'salesforceCalls'),
      'calls / Marketo': callsADay / MARKETO_CALLS_A_DAY,
    },
    bars: [
      atMost('Salesforce calls a day', callsADay, 576),
      // One or two more where the items of the sync's state have grown past a whole KB.
      atMost('write units a cycle', counted(product, 'writeUnits'), IDLE_CYCLE.writeUnits + 2),
      atMost('read units a cycle', counted(product, 'readUnits'), IDLE_CYCLE.readUnits + 2),
    ],
  };
}

export const workload: Workload = { id: 'W5', name: 'one cycle while nothing changes', run };
