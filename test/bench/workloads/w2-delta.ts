import { setTimeout as sleep } from 'node:timers/promises';
import { chunked } from '../../../lib/sync/in-parallel.ts';
import { atMost, type Bench, type Task, type Workload } from '../bench.ts';
import { runCycle } from '../drive.ts';
import { counted, increase, type Measured, measured } from '../measure.ts';
import { openProduct } from '../product.ts';
import { leadIds, openRawOrg } from '../raw-org.ts';
import { control } from '../surroundings.ts';

/** One of so many records changes. */
const ONE_OF = 4;
const COLLECTION_ROWS = 200;
const PAGE_ROWS = 2000;
/** The feed reads seconds that are over. */
const SECONDS_ARE_OVER_MS = 2500;

/** List prices in us-east-1, in dollars a million. */
const PRICES = { writeUnits: 0.625, readUnits: 0.125, queueRequests: 0.4 } as const;

/** Everybody in step; then a part of the records is changed in Salesforce. */
const prepare: Task = async (place, size) => {
  await control(place.orgUrl, 'seed', { leads: size * ONE_OF, contacts: 0, seed: 1 });
  const product = openProduct(place);
  await runCycle(product, place);
  const org = await openRawOrg(place);
  const ids = (await leadIds(org)).filter((_, at) => at % ONE_OF === 0);
  return measured(async () => {
    for (const some of chunked(ids, COLLECTION_ROWS)) {
      const records = some.map((Id) => ({
        attributes: { type: 'Lead' },
        Id,
        City: 'Changed',
        Title: `Title of ${Id}`,
      }));
      await org.call('PATCH', '/composite/sobjects', { allOrNone: true, records });
    }
    await sleep(SECONDS_ARE_OVER_MS);
    return { rows: ids.length };
  });
};

const pull: Task = async (place, size) => {
  const product = openProduct(place);
  const before = await product.counts();
  return measured(async () => {
    await runCycle(product, place);
    return { ...increase(before, await product.counts()), rows: size };
  });
};

/** Pages of what changed, and nothing done with it. */
const raw: Task = async (place, size) => {
  const org = await openRawOrg(place);
  const before = await org.requests();
  return measured(async () => {
    let path: string | undefined =
      `/query?q=${encodeURIComponent("SELECT FIELDS(STANDARD) FROM Lead WHERE City = 'Changed'")}`;
    while (path !== undefined) {
      const page: { readonly nextRecordsUrl?: string } = await org.call('GET', path);
      path = page.nextRecordsUrl?.replace(/^.*\/v[\d.]+/, '');
    }
    return { salesforceCalls: (await org.requests()) - before, rows: size };
  });
};

export const tasks = { prepare, pull, raw };

function dollarsAMillion(measure: Measured, size: number): number {
  return Object.entries(PRICES).reduce((sum, [name, price]) => sum + (counted(measure, name) / size) * price, 0);
}

async function run(bench: Bench) {
  const size = bench.isQuick ? 1000 : 10_000;
  const place = await bench.begin();
  await bench.run('prepare', place, size);
  const product = await bench.run('pull', place, size);
  const floor = await bench.run('raw', place, size);
  const perRow = (name: string) => counted(product, name) / size;
  return {
    product,
    floor,
    peers: {},
    ratios: {
      'calls / raw pages': counted(product, 'salesforceCalls') / counted(floor, 'salesforceCalls'),
      'DynamoDB calls a row': perRow('dynamoDbCalls'),
      'read units a row': perRow('readUnits'),
      'dollars a million rows, list price': dollarsAMillion(product, size),
    },
    bars: [
      // The feed asks for both objects and what was deleted in its first call.
      atMost('Salesforce calls', counted(product, 'salesforceCalls'), Math.ceil(size / PAGE_ROWS) * 1.05 + 4),
      atMost('write units a row', perRow('writeUnits'), 2),
      atMost('queue requests per 1,000 rows', perRow('queueRequests') * 1000, 30),
      atMost('dollars a million rows', dollarsAMillion(product, size), 1.5),
    ],
  };
}

export const workload: Workload = { id: 'W2', name: `pull what changed, one record of ${ONE_OF}`, run };
