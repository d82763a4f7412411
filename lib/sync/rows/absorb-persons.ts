import { foldPersons } from '../../person/absorb-person.ts';
import type { Person } from '../../person/person.ts';
import { inParallel } from '../in-parallel.ts';
import type { Schemas } from '../schemas.ts';
import {
  giveBackLeases,
  leaseToRead,
  type RefreshPorts,
  readRows,
  refreshedPerson,
  STORE_PARALLELISM,
} from './read-leased.ts';
import { survivorsOf } from './survivors.ts';
import { takeOver } from './take-over.ts';

/** For how long a survivor who is busy is waited for: a push takes a second or two, a message comes again in minutes. */
const PATIENCE_MS = 3000;
const WAIT_MS = 500;

/**
 * Lets persons who were merged away be taken over by those they became a part of: one conditional write each, which
 * also remembers whom it took over, so that it happens once however often it is tried. The survivor's row is read
 * first, under its lease: what Salesforce kept in the merge counts as its own. Answers the survivors as stored now, by
 * the id of each person that is absorbed for sure; one that is missing must be tried again.
 */
export async function absorbPersons(
  ports: RefreshPorts,
  schemas: Schemas,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, Person>> {
  const done = new Map<string, Person>();
  let open = personIds;
  for (let waited = 0; ; waited += WAIT_MS) {
    for (const [personId, survivor] of await absorbOnce(ports, schemas, open)) done.set(personId, survivor);
    open = open.filter((personId) => !done.has(personId));
    if (open.length === 0 || waited >= PATIENCE_MS) return done;
    await ports.clock.wait(WAIT_MS);
  }
}

async function absorbOnce(
  ports: RefreshPorts,
  schemas: Schemas,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, Person>> {
  const persons = await ports.persons.getMany(personIds);
  const survivors = await survivorsOf(ports.persons, persons.values());
  const done = new Map<string, Person>();
  const open = new Map<string, { readonly survivor: Person; readonly losers: Map<string, Person> }>();
  for (const [personId, { person: survivor, unabsorbed }] of survivors) {
    if (unabsorbed.length === 0) done.set(personId, survivor);
    const group = open.get(survivor.personId) ?? { survivor, losers: new Map<string, Person>() };
    for (const loser of unabsorbed) group.losers.set(loser.personId, loser);
    if (group.losers.size > 0) open.set(survivor.personId, group);
  }
  const stored = await absorbEach(ports, schemas, [...open.values()]);
  for (const [personId, { person }] of survivors) {
    const survivor = stored.get(person.personId);
    if (survivor !== undefined) done.set(personId, survivor);
  }
  return done;
}

interface Group {
  readonly survivor: Person;
  readonly losers: ReadonlyMap<string, Person>;
}

async function absorbEach(
  ports: RefreshPorts,
  schemas: Schemas,
  groups: readonly Group[],
): Promise<ReadonlyMap<string, Person>> {
  if (groups.length === 0) return new Map();
  const owner = ports.ids.next();
  const leased = await leaseToRead(
    ports,
    groups.map(({ survivor }) => survivor),
    owner,
  );
  try {
    const names = leased.flatMap(({ salesforce }) => salesforce ?? []);
    const records = await readRows(ports, schemas, names);
    const local = groups.flatMap(({ survivor }) => (survivor.salesforce === null ? survivor : []));
    const losersOf = new Map(groups.map(({ survivor, losers }) => [survivor.personId, [...losers.values()]]));
    const stored = await inParallel([...leased, ...local], STORE_PARALLELISM, async (survivor) => {
      const now = ports.clock.now();
      const record = records.get(survivor.salesforce?.id ?? '');
      const read = refreshedPerson(schemas, survivor, record, now).person;
      const { rules } = schemas[read.salesforce?.type ?? 'Lead'];
      const losers = losersOf.get(survivor.personId) ?? [];
      const whole = await takeOver(ports.persons, read, losers, { rules, now });
      // One without a row was not leased by us: a lease that it has is somebody else's.
      const isOurs = survivor.salesforce !== null;
      const outcome = await ports.persons.update(survivor, { ...whole, lease: isOurs ? null : survivor.lease });
      if (outcome.kind === 'written') return outcome.person;
      if (isOurs) await giveBackLeases(ports, [survivor]);
      return undefined;
    });
    return new Map(stored.flatMap((person) => (person === undefined ? [] : [[person.personId, person]])));
  } catch (error) {
    await giveBackLeases(ports, leased);
    throw error;
  }
}

/**
 * Makes one of a person and others who stand for the same row, and lets persons who were merged into it be absorbed.
 * Answers whether all of it is done.
 */
export async function joinPersons(
  ports: RefreshPorts,
  schemas: Schemas,
  person: Person | undefined,
  others: readonly Person[],
): Promise<boolean> {
  if (others.length === 0) return true;
  const losers = await inParallel(others, STORE_PARALLELISM, async (other) => {
    if (other.mergedInto !== null || person === undefined) return other.personId;
    const { loser, frozen } = foldPersons(other, person, ports.clock.now());
    const outcome = await ports.persons.update(loser, frozen);
    return outcome.kind === 'written' ? loser.personId : undefined;
  });
  const areAbsorbed = await absorbAll(
    ports,
    schemas,
    losers.flatMap((id) => id ?? []),
  );
  return areAbsorbed && !losers.includes(undefined);
}

/**
 * Lets those who became a part of somebody else than the person of `parts` be absorbed: the link of their row, which is
 * about to be another's, may be all that leads to them. Answers whether it is done.
 */
export async function absorbOthers(
  ports: RefreshPorts,
  schemas: Schemas,
  unjoined: readonly Person[],
  parts: readonly Person[],
): Promise<boolean> {
  const others = unjoined.filter((each) => each.mergedInto !== null && !parts.includes(each));
  return absorbAll(
    ports,
    schemas,
    others.map(({ personId }) => personId),
  );
}

/** Answers whether all of these are absorbed. */
async function absorbAll(ports: RefreshPorts, schemas: Schemas, personIds: readonly string[]): Promise<boolean> {
  const ids = [...new Set(personIds)];
  return ids.length === 0 || (await absorbPersons(ports, schemas, ids)).size === ids.length;
}
