import { setTimeout as sleep } from 'node:timers/promises';
import { editFields } from '../../../lib/sync/persons/edit-persons.ts';
import { atMost, type Bench, type Place, type Task, type Workload } from '../bench.ts';
import { mergeBatch, poll } from '../drive.ts';
import { counted, measured } from '../measure.ts';
import { openProduct, type Product } from '../product.ts';
import { openOrgAsAdmin } from '../raw-org.ts';
import { control } from '../surroundings.ts';

const SETTINGS = { objects: ['Lead'], bulkAbove: 2_000 } as const;

/** The feed reads seconds that are over. */
const SECONDS_ARE_OVER_MS = 2_500;

/** More cycles than this are as good as never. */
const MOST_CYCLES = 5;

/** A cycle, and merges of the fresh lane alone: those of the backlog are busy for hours. */
async function freshCycle(product: Product, place: Place): Promise<void> {
  await poll(product, SETTINGS);
  let left = true;
  while (left) left = (await mergeBatch(product, place, 'queue')) > 0;
}

/** All rows are queued; those of the fresh lane are merged. */
const prepare: Task = async (place, size) => {
  await control(place.orgUrl, 'seed', { leads: size, contacts: 0, seed: 1 });
  const product = openProduct(place);
  return measured(async () => {
    await freshCycle(product, place);
    return {};
  });
};

/** One edit on either side; how many cycles each needs to be on the other. */
const edits: Task = async (place) => {
  const product = openProduct(place);
  const org = await openOrgAsAdmin(place);
  const { persons } = product.ports;
  const page = await persons.scan({}, 2, null);
  const [ours, theirs] = page.items;
  const ids = [ours, theirs].map((person) => person?.salesforce?.id ?? '');
  if (ours === undefined || theirs === undefined) throw new Error('the fresh lane brought nobody');
  return measured(async () => {
    const edited = await editFields(product.ports, ours.personId, { Title: 'edited here' });
    if (edited.kind !== 'updated') throw new Error(edited.kind);
    await org.update('Lead', ids[1] ?? '', { Title: 'edited there' });
    const arrived = { pushCycles: 0, pullCycles: 0 };
    for (let cycle = 1; cycle <= MOST_CYCLES && Object.values(arrived).includes(0); cycle += 1) {
      await sleep(SECONDS_ARE_OVER_MS);
      await freshCycle(product, place);
      const there = await org.record('Lead', ids[0] ?? '');
      const here = await persons.get(theirs.personId);
      if (there.Title === 'edited here') arrived.pushCycles ||= cycle;
      if (here?.fields.Title === 'edited there') arrived.pullCycles ||= cycle;
    }
    return { ...arrived, waitingMessages: await product.ports.backlog.depth() };
  });
};

export const tasks = { prepare, edits };

async function run(bench: Bench) {
  const size = bench.isFull ? 1_000_000 : bench.isQuick ? 3_000 : 20_000;
  const place = await bench.begin();
  await bench.run('prepare', place, size);
  const product = await bench.run('edits', place, size);
  const cycles = (name: string) => counted(product, name) || MOST_CYCLES + 1;
  return {
    product,
    floor: null,
    peers: {},
    ratios: {},
    bars: [
      atMost('cycles until an edit here is in Salesforce', cycles('pushCycles'), 2),
      atMost('cycles until an edit in Salesforce is here', cycles('pullCycles'), 2),
      atMost('backlogs that were gone by then', counted(product, 'waitingMessages') > 0 ? 0 : 1, 0),
    ],
  };
}

export const workload: Workload = { id: 'W9', name: 'an edit on either side behind a backlog', run };
