import { createOrEditByEmail, editFields } from '../../../lib/sync/persons/edit-persons.ts';
import type { SyncOutcome } from '../../../lib/sync/sync-person/person-sync.ts';
import { syncPerson } from '../../../lib/sync/sync-person/sync-person.ts';
import { atMost, type Bench, type Task, type Workload } from '../bench.ts';
import { runCycle } from '../drive.ts';
import { type Counts, counted, increase, type Measured, measured } from '../measure.ts';
import { openProduct, type Product } from '../product.ts';
import { leadIds, openRawOrg } from '../raw-org.ts';
import { control } from '../surroundings.ts';

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
  const product = openProduct(place);
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
  const product = openProduct(place);
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

export const tasks = { prepare, linked, created, raw };

async function run(bench: Bench) {
  const size = bench.isQuick ? 20 : 100;
  const place = await bench.begin();
  await bench.run('prepare', place, size + 1);
  const product = await bench.run('linked', place, size);
  const creation = await bench.run('created', place, size);
  const floor = await bench.run('raw', place, size);
  return {
    product,
    floor,
    peers: { 'new Lead': creation },
    ratios: { 'calls / one update': counted(product, 'salesforceCalls') / counted(floor, 'salesforceCalls') },
    bars: [
      atMost('Salesforce calls, linked', counted(product, 'salesforceCalls'), 1),
      atMost('DynamoDB calls, linked', counted(product, 'dynamoDbCalls'), 2),
      atMost('Salesforce calls, new Lead', counted(creation, 'salesforceCalls'), 2),
    ],
  };
}

export const workload: Workload = { id: 'W6', name: 'sync one person now, calls a person', run };
