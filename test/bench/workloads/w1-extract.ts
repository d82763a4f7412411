import { Connection } from 'jsforce/lib/connection.js';
import { columnKinds, feedColumns } from '../../../lib/schema/object-schema.ts';
import { packRows } from '../../../lib/sync/change-message.ts';
import { loadSchemas } from '../../../lib/sync/context/schemas.ts';
import { pollCycle } from '../../../lib/sync/poll/poll-cycle.ts';
import type { ChangeQueue } from '../../../lib/sync/ports/change-queue.ts';
import { FEED_BEGINNING } from '../../../lib/sync/state/feed-state.ts';
import { InMemoryPersonStore } from '../../fakes/in-memory-person-store.ts';
import { InMemorySyncStateStore } from '../../fakes/in-memory-sync-state-store.ts';
import { atMost, type Bench, type Place, type Task, type Workload } from '../bench.ts';
import { counted, measured } from '../measure.ts';
import { openProduct } from '../product.ts';
import { openRawOrg } from '../raw-org.ts';
import { control } from '../surroundings.ts';

const SETTINGS = {
  objects: ['Lead'],
  lagSeconds: 0,
  lookbackSeconds: 600,
  cycleLeaseMs: 900_000,
  /** No query job: pages are measured. */
  bulkAbove: Number.POSITIVE_INFINITY,
} as const;
const ROOT = '/services/data/v64.0';
const MIB = 1024 * 1024;

/** A queue that counts what it is given: a message is ready to be sent, and goes nowhere. */
class CountingQueue implements ChangeQueue {
  messages = 0;
  bytes = 0;
  rows = 0;

  async send(bodies: readonly string[]): Promise<void> {
    for (const body of bodies) {
      this.messages += 1;
      this.bytes += Buffer.byteLength(body);
    }
  }

  async depth(): Promise<number> {
    return 0;
  }
}

/** The product over the org, with stores in memory and a queue that counts. */
function openExtract(place: Place) {
  const product = openProduct(place);
  const queue = new CountingQueue();
  const ports = {
    ...product.ports,
    persons: new InMemoryPersonStore(),
    state: new InMemorySyncStateStore(),
    queue,
    backlog: queue,
  };
  return { ports, queue };
}

const seed: Task = (place, size) =>
  measured(async () => {
    await control(place.orgUrl, 'seed', { leads: size, contacts: 0, seed: 1 });
    return {};
  });

const rest: Task = async (place) => {
  const { ports, queue } = openExtract(place);
  await loadSchemas(ports);
  const before = ports.feed.usage().calls;
  return measured(async () => {
    const outcome = await pollCycle(ports, SETTINGS, () => 3_600_000);
    if (outcome.kind !== 'cycle' || outcome.error !== null) throw new Error('the poll failed', { cause: outcome });
    const rows = outcome.report.pulled.Lead ?? 0;
    return { rows, salesforceCalls: ports.feed.usage().calls - before, messages: queue.messages, bytes: queue.bytes };
  });
};

const bulk: Task = async (place) => {
  const { ports, queue } = openExtract(place);
  const { schema } = (await loadSchemas(ports)).Lead;
  const columns = feedColumns(schema);
  const read = async (before: string) => {
    const request = { type: 'Lead', from: FEED_BEGINNING, before, columns, kinds: columnKinds(schema) } as const;
    const query = await ports.feed.openBulk(request);
    if (query === 'invalidField') throw new Error('the query was refused');
    const outcome = await ports.feed.readBulk(query, {
      take: (rows) => {
        const queued = rows.map((row) => ({ ...row, newer: false }));
        return queue.send([...packRows({ type: 'Lead', queuedAt: ports.clock.now(), columns }, queued)]);
      },
      reached: async () => undefined,
      hasTime: () => true,
    });
    if (outcome.kind !== 'done') throw new Error(`the query job is ${outcome.kind}`);
    return outcome.query.rows;
  };
  // The first job loads the code for such jobs.
  await read(FEED_BEGINNING);
  const before = ports.feed.usage().calls;
  return measured(async () => {
    const rows = await read('2099-01-01T00:00:00.000Z');
    return { rows, salesforceCalls: ports.feed.usage().calls - before, messages: queue.messages, bytes: queue.bytes };
  });
};

async function soqlOf(place: Place): Promise<string> {
  const { ports } = openExtract(place);
  const { schema } = (await loadSchemas(ports)).Lead;
  return `SELECT ${feedColumns(schema).join(', ')} FROM Lead ORDER BY SystemModstamp, Id`;
}

/** The fewest calls that read every row and its values: the next page is under way while this one is parsed. */
const raw: Task = async (place) => {
  const soql = await soqlOf(place);
  const org = await openRawOrg(place);
  return measured(async () => {
    let rows = 0;
    let calls = 0;
    const text = (path: string) => {
      calls += 1;
      return org.text(path);
    };
    let page: Promise<string> | undefined = text(`/queryAll?q=${encodeURIComponent(soql)}`);
    while (page !== undefined) {
      const told: string = await page;
      const next: string | undefined = /"nextRecordsUrl":"([^"]+)"/.exec(told)?.[1];
      page = next === undefined ? undefined : text(next.slice(ROOT.length));
      rows += (JSON.parse(told) as { readonly records: readonly unknown[] }).records.length;
    }
    return { rows, salesforceCalls: calls };
  });
};

const jsforce: Task = async (place) => {
  const soql = await soqlOf(place);
  const connection = new Connection({ loginUrl: place.orgUrl, version: '64.0' });
  await connection.authorize({
    grant_type: 'client_credentials',
    client_id: 'lockstep',
    client_secret: 'lockstep',
  } as never);
  return measured(async () => {
    const found = await connection.query(soql, { autoFetch: true, maxFetch: 10_000_000, scanAll: true });
    return { rows: found.records.length, salesforceCalls: Math.ceil(found.records.length / 2000) };
  });
};

export const tasks = { seed, rest, bulk, raw, jsforce };

async function run(bench: Bench) {
  // Fewer rows would measure how fast the engine compiles.
  const size = 100_000;
  const place = await bench.begin();
  await bench.run('seed', place, size);
  const product = await bench.run('rest', place, size);
  const byBulk = await bench.run('bulk', place, size);
  const floor = await bench.run('raw', place, size);
  const peer = await bench.run('jsforce', place, size);
  const queueRequests = 2 * counted(product, 'messages') + counted(product, 'messages') / 10;
  return {
    product,
    floor,
    peers: { 'Bulk query': byBulk, jsforce: peer },
    ratios: {
      'CPU / raw': product.cpuSeconds / floor.cpuSeconds,
      'Bulk query CPU / raw': byBulk.cpuSeconds / floor.cpuSeconds,
      'jsforce CPU / raw': peer.cpuSeconds / floor.cpuSeconds,
      'peak memory / raw': product.peakRssMb / floor.peakRssMb,
      'MiB queued': counted(product, 'bytes') / MIB,
    },
    bars: [
      atMost('rows that are missing', 3 * size - counts(product, byBulk, floor), 0),
      atMost('CPU / raw fetch and parse', product.cpuSeconds / floor.cpuSeconds, 1.5),
      atMost('Bulk query CPU / raw fetch and parse', byBulk.cpuSeconds / floor.cpuSeconds, 0.6),
      atMost('peak memory, MB', product.peakRssMb, 256),
      atMost('peak memory of a Bulk query, MB', byBulk.peakRssMb, 256),
      atMost(
        'Salesforce calls / fewest',
        counted(product, 'salesforceCalls') / counted(floor, 'salesforceCalls'),
        1.05,
      ),
      atMost('Salesforce calls of a Bulk query', counted(byBulk, 'salesforceCalls'), 12),
      atMost('queue requests per 1,000 rows', (1000 * queueRequests) / size, 30),
    ],
  };
}

const counts = (...all: readonly Parameters<typeof counted>[0][]) =>
  all.reduce((sum, each) => sum + counted(each, 'rows'), 0);

export const workload: Workload = { id: 'W1', name: 'extract every Lead into messages', run };
