import { chunked, inParallel } from '../../../lib/sync/in-parallel.ts';
import { editFields } from '../../../lib/sync/persons/edit-persons.ts';
import { atMost, type Bench, type Task, type Workload } from '../bench.ts';
import { runCycle } from '../drive.ts';
import { counted, increase, measured } from '../measure.ts';
import { openProduct } from '../product.ts';
import { leadIds, openRawOrg } from '../raw-org.ts';
import { control } from '../surroundings.ts';

/** One person of fifty has a title that a validation rule refuses. */
const REFUSED_EVERY = 50;
const REFUSED = 'not a title';
const AT_ONCE = 24;
const GUARDED_ROWS = 23;
const COLLECTION_ROWS = 200;

/** Persons in step with their Leads, each then edited in two fields. */
const prepare: Task = async (place, size) => {
  await control(place.orgUrl, 'seed', { leads: size, contacts: 0, seed: 1 });
  await control(place.orgUrl, 'validation-rules', {
    object: 'Lead',
    name: 'Title',
    errorWhen: `Title = '${REFUSED}'`,
    message: 'That is not a title',
    field: 'Title',
  });
  const product = openProduct(place);
  await runCycle(product, place);
  const org = await openRawOrg(place);
  const ids = await leadIds(org);
  return measured(async () => {
    await inParallel([...ids.entries()], AT_ONCE, async ([at, id]) => {
      const Title = at % REFUSED_EVERY === 0 ? REFUSED : `Title ${at}`;
      const edited = await editFields(product.ports, `sf-${id}`, { Title, City: `City ${at}` });
      if (edited.kind !== 'updated') throw new Error(`${id} could not be edited: ${edited.kind}`);
    });
    return { persons: ids.length };
  });
};

const pushWith =
  (massPushAbove: number): Task =>
  async (place, size) => {
    const product = openProduct(place);
    const before = await product.counts();
    const result = await measured(async () => {
      await runCycle(product, place, massPushAbove);
      return increase(before, await product.counts());
    });
    const rejected = await countRejected(product.ports);
    return { ...result, counts: { ...result.counts, persons: size, rejected } };
  };

async function countRejected({ persons }: ReturnType<typeof openProduct>['ports']): Promise<number> {
  let cursor: string | null = null;
  let found = 0;
  do {
    const page: Awaited<ReturnType<typeof persons.withStatus>> = await persons.withStatus('rejected', 200, cursor);
    found += page.items.length;
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}

/** Collections of 200, as few calls as can write so many records: no guard, no read, no store. */
const raw: Task = async (place) => {
  const org = await openRawOrg(place);
  const ids = await leadIds(org);
  const before = await org.requests();
  return measured(async () => {
    let refused = 0;
    for (const chunk of chunked([...ids.entries()], COLLECTION_ROWS)) {
      const records = chunk.map(([at, Id]) => {
        const Title = at % REFUSED_EVERY === 0 ? REFUSED : `Raw ${at}`;
        return { attributes: { type: 'Lead' }, Id, Title, City: `Town ${at}` };
      });
      const answers = await org.call<{ readonly success: boolean }[]>('PATCH', '/composite/sobjects', {
        allOrNone: false,
        records,
      });
      refused += answers.filter(({ success }) => !success).length;
    }
    return { salesforceCalls: (await org.requests()) - before, persons: ids.length, rejected: refused };
  });
};

export const tasks = { prepare, guarded: pushWith(10_000), mass: pushWith(1), raw };

async function run(bench: Bench) {
  const size = bench.isQuick ? 1000 : 10_000;
  const place = await bench.begin();
  await bench.run('prepare', place, size);
  const product = await bench.run('guarded', place, size);
  const floor = await bench.run('raw', place, size);
  const another = await bench.begin();
  await bench.run('prepare', another, size);
  const mass = await bench.run('mass', another, size);
  const refused = size / REFUSED_EVERY;
  const calls = counted(product, 'salesforceCalls');
  // One call reads the feed; the rest of a refused person goes once more.
  const least = Math.ceil(size / GUARDED_ROWS) + Math.ceil(refused / GUARDED_ROWS);
  return {
    product,
    floor,
    peers: { 'mass push': mass },
    ratios: {
      'guarded calls / raw calls': calls / counted(floor, 'salesforceCalls'),
      'mass calls / raw calls': counted(mass, 'salesforceCalls') / counted(floor, 'salesforceCalls'),
      'CPU / raw': product.cpuSeconds / floor.cpuSeconds,
    },
    bars: [
      atMost(`Salesforce calls, ${size} guarded`, calls, Math.ceil((460 * size) / 10_000) + (size < 10_000 ? 5 : 0)),
      atMost('guarded calls / fewest that carry a guard', calls / least, 1.05),
      atMost(`Salesforce calls, ${size} mass`, counted(mass, 'salesforceCalls'), Math.ceil((52 * size) / 10_000) + 1),
      atMost('write units a pushed edit', (counted(product, 'writeUnits') - refused) / size, 4.1),
      {
        name: 'every refusal is recorded once',
        value: counted(product, 'rejected'),
        bar: refused,
        holds: counted(product, 'rejected') === refused,
      },
    ],
  };
}

export const workload: Workload = { id: 'W3', name: 'push two edits a person, 2 % refused', run };
