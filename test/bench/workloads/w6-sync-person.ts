import { inParallel } from '../../../lib/sync/in-parallel.ts';
import { readList, startList } from '../../../lib/sync/lists/list-jobs.ts';
import { createOrEditByEmail, editFields } from '../../../lib/sync/persons/edit-persons.ts';
import type { SyncOutcome } from '../../../lib/sync/sync-person/person-sync.ts';
import { syncPerson } from '../../../lib/sync/sync-person/sync-person.ts';
import { atMost, type Bench, type Task, type Workload } from '../bench.ts';
import { drainQueue, runCycle } from '../drive.ts';
import { type Counts, counted, increase, type Measured, measured } from '../measure.ts';
import { openProduct, type Product } from '../product.ts';
import { leadIds, openRawOrg } from '../raw-org.ts';
import { control } from '../surroundings.ts';

const AT_ONCE = 24;
const COLLECTION_ROWS = 200;
const UNCHANGED = { kind: 'unchanged' } as const;

/** Leads with their persons. */
const prepare: Task = async (place, size) => {
  await control(place.orgUrl, 'seed', { leads: size, contacts: 0, seed: 1 });
  const product = openProduct(place);
  return measured(async () => {
    await runCycle(product, place);
    return {};
  });
};

/** A person with a record and an edit, as a warm function syncs it. */
const linked: Task = async (place, size) => {
  const product = openProduct(place, true);
  const ids = await leadIds(await openRawOrg(place));
  const persons = ids.slice(0, size + 1).map((id) => `sf-${id}`);
  return syncEach(product, persons, async (personId) => {
    const edited = await editFields(product.ports, personId, { Title: `Title of ${personId}` });
    if (edited.kind !== 'updated') throw new Error(edited.kind);
    return personId;
  });
};

/** A person who has never been in Salesforce. */
const created: Task = async (place, size) => {
  const product = openProduct(place, true);
  const numbers = Array.from({ length: size + 1 }, (_, at) => String(at));
  return syncEach(product, numbers, async (number) => {
    const fields = { Email: `new${number}@example.com`, LastName: `Person ${number}`, Company: 'Engines' };
    const made = await createOrEditByEmail(product.ports, fields);
    if (made.kind !== 'created') throw new Error(made.kind);
    return made.person.personId;
  });
};

/** Counts for one person. The first sync signs in and is not counted; what makes each person ready is not either. */
async function syncEach(
  product: Product,
  names: readonly string[],
  ready: (name: string) => Promise<string>,
): Promise<Measured> {
  const persons: string[] = [];
  for (const name of names) persons.push(await ready(name));
  const [first = '', ...others] = persons;
  mustBeSynced(await syncPerson(product.ports, first, UNCHANGED));
  const before = await product.counts();
  return measured(async () => {
    for (const personId of others) mustBeSynced(await syncPerson(product.ports, personId, UNCHANGED));
    return perPerson(increase(before, await product.counts()), others.length);
  });
}

function mustBeSynced(outcome: SyncOutcome): void {
  if (outcome.kind !== 'synced') throw new Error(`a person was not synced: ${outcome.kind}`);
}

function perPerson(counts: Counts, persons: number): Counts {
  return Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, value / persons]));
}

/** Persons who have never been in Salesforce, for a list of them. */
const prepareList: Task = async (place, size) => {
  const product = openProduct(place);
  return measured(async () => {
    await inParallel([...Array(size).keys()], AT_ONCE, async (at) => {
      const fields = { Email: `listed${at}@example.com`, LastName: `Listed ${at}`, Company: 'Engines', Title: 'CTO' };
      const made = await createOrEditByEmail(product.ports, fields);
      if (made.kind !== 'created') throw new Error(made.kind);
    });
    return { persons: size };
  });
};

/** All of them, as one list: its job, and the messages of its parts until the queue is empty. */
const list: Task = async (place, size) => {
  const product = openProduct(place);
  const before = await product.counts();
  return measured(async () => {
    const jobId = await startList(product.ports, 'localOnly', UNCHANGED);
    await drainQueue(product, place);
    const job = await readList(product.ports, jobId);
    if (job?.state !== 'done' || job.created !== size) throw new Error(`the list came to ${JSON.stringify(job)}`);
    return { ...increase(before, await product.counts()), persons: size };
  });
};

/** Collections of 200 new Leads, and nothing else. */
const rawList: Task = async (place, size) => {
  const org = await openRawOrg(place);
  const before = await org.requests();
  return measured(async () => {
    for (let from = 0; from < size; from += COLLECTION_ROWS) {
      const records = Array.from({ length: Math.min(COLLECTION_ROWS, size - from) }, (_, at) => {
        const LastName = `Raw ${from + at}`;
        return { attributes: { type: 'Lead' }, LastName, Company: 'Engines', Email: `raw${from + at}@example.com` };
      });
      await org.call('POST', '/composite/sobjects', { allOrNone: false, records });
    }
    return { salesforceCalls: (await org.requests()) - before, persons: size };
  });
};

/** One update of a record, and nothing else. */
const raw: Task = async (place, size) => {
  const org = await openRawOrg(place);
  const ids = (await leadIds(org)).slice(0, size);
  const before = await org.requests();
  return measured(async () => {
    for (const id of ids) await org.call('PATCH', `/sobjects/Lead/${id}`, { Title: `Raw ${id}` });
    return { salesforceCalls: ((await org.requests()) - before) / ids.length };
  });
};

export const tasks = { prepare, linked, created, prepareList, list, rawList, raw };

async function run(bench: Bench) {
  const size = bench.isQuick ? 20 : 100;
  const place = await bench.begin();
  await bench.run('prepare', place, size + 1);
  const product = await bench.run('linked', place, size);
  const creation = await bench.run('created', place, size);
  const floor = await bench.run('raw', place, size);
  const listed = bench.isQuick ? 1000 : 10_000;
  const another = await bench.begin();
  await bench.run('prepareList', another, listed);
  const job = await bench.run('list', another, listed);
  const least = await bench.run('rawList', another, listed);
  return {
    product,
    floor,
    peers: { 'new Lead': creation, [`list of ${listed}`]: job, 'raw list': least },
    ratios: {
      'calls / one update': counted(product, 'salesforceCalls') / counted(floor, 'salesforceCalls'),
      'list: calls / raw': counted(job, 'salesforceCalls') / counted(least, 'salesforceCalls'),
      'list: DynamoDB calls a person': counted(job, 'dynamoDbCalls') / listed,
      'list: write units a person': counted(job, 'writeUnits') / listed,
    },
    bars: [
      atMost('Salesforce calls, linked', counted(product, 'salesforceCalls'), 1),
      atMost('DynamoDB calls, linked', counted(product, 'dynamoDbCalls'), 2),
      atMost('Salesforce calls, new Lead', counted(creation, 'salesforceCalls'), 2),
      atMost(`Salesforce calls, list of ${listed} new Leads`, counted(job, 'salesforceCalls'), (160 * listed) / 10_000),
    ],
  };
}

export const workload: Workload = { id: 'W6', name: 'sync one person now, calls a person', run };
