import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { inParallel, STORE_PARALLELISM } from '../../../lib/sync/in-parallel.ts';
import { pollCycle } from '../../../lib/sync/poll/poll-cycle.ts';
import { FEED_BEGINNING } from '../../../lib/sync/state/feed-state.ts';
import { clientOf } from '../../contract/dynamodb-table.ts';
import { atMost, type Bench, type Place, type Task, type Workload } from '../bench.ts';
import { mergeBatch } from '../drive.ts';
import { type Counts, counted, increase, type Measured, measured } from '../measure.ts';
import { openProduct, type Product } from '../product.ts';
import { openRawOrg, rowsOf } from '../raw-org.ts';
import { control } from '../surroundings.ts';

const OBJECTS = ['Lead', 'Contact'] as const;
const FIELDS = ['LastName', 'FirstName', 'Email', 'Phone'] as const;

/** A query job reads at any size, as at the largest. The lease is short, for the poll that is killed leaves one behind. */
const SETTINGS = {
  objects: OBJECTS,
  lagSeconds: 0,
  lookbackSeconds: 600,
  cycleLeaseMs: 10_000,
  bulkAbove: 2_000,
} as const;

/** The time of the deployed poll. */
const POLL_MS = 14 * 60_000;
const PAUSE_MS = 500;
const PERSONS_A_PAGE = 1_000;

/** Where the two are killed, as a share of all rows. */
const POLL_KILLED_AT = 1 / 2;
const MERGE_KILLED_AT = 1 / 3;

/** Ten Leads to three Contacts. */
const leadsOf = (size: number) => Math.round((size * 10) / 13);

const seed: Task = (place, size) =>
  measured(async () => {
    await control(place.orgUrl, 'seed', { leads: leadsOf(size), contacts: size - leadsOf(size), seed: 1 });
    return {};
  });

/** What was measured goes out, and then the process is ended as the machine ends it: nothing is tidied up. */
async function killed(work: (dies: () => Promise<never>) => Promise<void>, counts: () => Counts): Promise<Measured> {
  const dies = () => new Promise<never>(() => undefined);
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const isOver = work(() => {
    end();
    return dies();
  });
  const measure = await measured(async () => {
    await Promise.race([ended, isOver]);
    return counts();
  });
  process.send?.(measure, () => process.kill(process.pid, 'SIGKILL'));
  return dies();
}

/** Cycles until the first reading of both objects is queued. */
async function pollAll(product: Product, sent: (rows: number) => Promise<void>): Promise<void> {
  for (;;) {
    const endsAt = performance.now() + POLL_MS;
    const ports = { ...product.ports, backlog: counting(product.ports.backlog, sent) };
    const outcome = await pollCycle(ports, SETTINGS, () => endsAt - performance.now());
    if (outcome.kind === 'cycle' && outcome.error !== null) throw outcome.error;
    if (outcome.kind === 'cycle' && outcome.report.outcome === 'complete') return;
    await sleep(PAUSE_MS);
  }
}

/** A lane that tells how many rows went by it. */
function counting(lane: Product['ports']['backlog'], sent: (rows: number) => Promise<void>) {
  return Object.assign(Object.create(lane) as typeof lane, {
    send: async (bodies: readonly string[]) => {
      await lane.send(bodies);
      const parsed = bodies.map((body) => JSON.parse(body) as { readonly rows?: readonly unknown[] });
      await sent(parsed.reduce((sum, { rows = [] }) => sum + rows.length, 0));
    },
    depth: () => lane.depth(),
  });
}

const poll: Task = async (place) => {
  const product = openProduct(place);
  return measured(async () => {
    await pollAll(product, async () => undefined);
    return {};
  });
};

const pollKilled: Task = (place, size) => {
  const product = openProduct(place);
  let rows = 0;
  return killed(
    (dies) =>
      pollAll(product, async (count) => {
        rows += count;
        if (rows >= size * POLL_KILLED_AT) await dies();
      }),
    () => ({ queuedRows: rows }),
  );
};

/** Merges by turns of both lanes, until all is read, and nothing waits. */
async function mergeAll(product: Product, place: Place, before: (rows: number) => Promise<void>): Promise<void> {
  for (;;) {
    const fresh = await mergeBatch(product, place, 'queue', before);
    const backlog = await mergeBatch(product, place, 'backlog', before);
    if (fresh + backlog > 0) continue;
    if (await isOver(product)) return;
    await sleep(PAUSE_MS);
  }
}

async function isOver({ ports }: Product): Promise<boolean> {
  const feeds = await Promise.all(OBJECTS.map((type) => ports.state.loadFeed(type)));
  if (feeds.some((feed) => feed === undefined || feed.checkpoint === FEED_BEGINNING)) return false;
  return (await ports.queue.depth()) + (await ports.backlog.depth()) === 0;
}

const merge: Task = async (place) => {
  const product = openProduct(place);
  let rows = 0;
  const before = await product.counts();
  return measured(async () => {
    await mergeAll(product, place, async (count) => {
      rows += count;
    });
    return { ...increase(before, await product.counts()), mergedRows: rows };
  });
};

/** Ended between the store's answer and the deletion of its messages: all of that batch is delivered again. */
const mergeKilled: Task = async (place, size) => {
  const product = openProduct(place);
  let rows = 0;
  let counts: Counts = {};
  const before = await product.counts();
  return killed(
    (dies) =>
      mergeAll(product, place, async (count) => {
        rows += count;
        if (rows < size * MERGE_KILLED_AT) return;
        counts = increase(before, await product.counts());
        await dies();
      }),
    () => ({ ...counts, mergedRows: rows }),
  );
};

/** As many conditional puts of items of one KB, as many at once, and nothing else. */
const raw: Task = async ({ dynamoDbUrl, tableName }, size) => {
  const client = clientOf(dynamoDbUrl);
  const text = 'x'.repeat(900);
  return measured(async () => {
    await inParallel([...Array(size).keys()], STORE_PARALLELISM, (at) =>
      client.send(
        new PutCommand({
          TableName: tableName,
          Item: { pk: `RAW#${at}`, sk: 'RAW', text },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
    return { dynamoDbCalls: size };
  });
};

/** A number for each half of the digest of all rows, whatever their order. */
class Digest {
  rows = 0;
  #high = 0;
  #low = 0;

  add(id: string, values: readonly unknown[]): void {
    const bytes = createHash('sha256')
      .update(JSON.stringify([id, ...values]))
      .digest();
    this.#high = (this.#high + bytes.readUInt32LE(0)) >>> 0;
    this.#low = (this.#low + bytes.readUInt32LE(4)) >>> 0;
    this.rows += 1;
  }

  counts(): Counts {
    return { rows: this.rows, high: this.#high, low: this.#low };
  }
}

const digestStore: Task = (place) => {
  const { persons } = openProduct(place).ports;
  return measured(async () => {
    const digest = new Digest();
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof persons.scan>> = await persons.scan({}, PERSONS_A_PAGE, cursor);
      for (const { salesforce, fields } of page.items) {
        digest.add(
          salesforce?.id ?? '',
          FIELDS.map((field) => fields[field] ?? null),
        );
      }
      cursor = page.cursor;
    } while (cursor !== null);
    return digest.counts();
  });
};

const digestOrg: Task = async (place) => {
  const org = await openRawOrg(place);
  return measured(async () => {
    const digest = new Digest();
    for (const object of OBJECTS) {
      for await (const row of rowsOf(org, `SELECT Id, ${FIELDS.join(', ')} FROM ${object}`)) {
        digest.add(
          String(row.Id),
          FIELDS.map((field) => row[field] ?? null),
        );
      }
    }
    return digest.counts();
  });
};

export const tasks = { seed, poll, pollKilled, merge, mergeKilled, raw, digestStore, digestOrg };

/** The bare calls grow with nothing: this many tell what one costs. */
const RAW_CALLS = 20_000;

/** For pages by query jobs: two jobs, one of them begun twice, and the newest rows; a page a 50,000 rows. */
const CALLS = 40;

async function run(bench: Bench) {
  const size = bench.isFull ? 1_300_000 : bench.isQuick ? 3_000 : 20_000;
  const place = await bench.begin();
  await bench.run('seed', place, size);
  const org = await openRawOrg(place);
  const callsBefore = await org.requests();
  const first = await Promise.all([bench.run('pollKilled', place, size), bench.run('mergeKilled', place, size)]);
  const second = await Promise.all([bench.run('poll', place, size), bench.run('merge', place, size)]);
  const salesforceCalls = (await org.requests()) - callsBefore;
  const [store, remote] = await Promise.all([bench.run('digestStore', place, 0), bench.run('digestOrg', place, 0)]);
  const rawCalls = Math.min(size, RAW_CALLS);
  const floor = await bench.run('raw', place, rawCalls);
  const merges = [first[1], second[1]];
  const sum = (name: string) => merges.reduce((total, each) => total + counted(each, name), 0);
  const seconds = Math.max(...first.map((each) => each.seconds)) + Math.max(...second.map((each) => each.seconds));
  const cpuSeconds = merges.reduce((total, each) => total + each.cpuSeconds, 0);
  const peak = (of: readonly Measured[]) => Math.max(...of.map(({ peakRssMb }) => peakRssMb));
  const [pollMb, mergeMb] = [peak([first[0], second[0]]), peak(merges)];
  const product: Measured = {
    counts: {
      rows: size,
      mergedRows: sum('mergedRows'),
      salesforceCalls,
      dynamoDbCalls: sum('dynamoDbCalls'),
      readUnits: sum('readUnits'),
      writeUnits: sum('writeUnits'),
      pollPeakRssMb: pollMb,
      mergePeakRssMb: mergeMb,
    },
    cpuSeconds,
    seconds,
    peakRssMb: Math.max(pollMb, mergeMb),
  };
  const perCall = floor.cpuSeconds / rawCalls;
  const differing = ['rows', 'high', 'low'].filter((name) => counted(store, name) !== counted(remote, name)).length;
  return {
    product,
    floor,
    peers: {},
    ratios: {
      'rows a second, killed twice': size / seconds,
      'DynamoDB calls a row': sum('dynamoDbCalls') / size,
      'write units a row': sum('writeUnits') / size,
      'merge CPU / as many bare calls': cpuSeconds / (perCall * sum('dynamoDbCalls')),
    },
    bars: [
      atMost('digests of both sides that differ', differing, 0),
      atMost('rows missing', counted(remote, 'rows') - counted(store, 'rows'), 0),
      atMost('DynamoDB calls a row', sum('dynamoDbCalls') / size, 1.15),
      atMost('merge CPU / as many bare calls', cpuSeconds / (perCall * sum('dynamoDbCalls')), 1.5),
      atMost('Salesforce calls', salesforceCalls, CALLS),
      atMost('MB of the poll', pollMb, 256),
      atMost('MB of the merge', mergeMb, 256),
    ],
  };
}

export const workload: Workload = { id: 'W4', name: 'first sync, poll and merge killed once each', run };
