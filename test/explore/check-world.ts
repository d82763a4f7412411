import { personIdOfRow } from '../../lib/person/person.ts';
import { type Row, successorOf } from '../../lib/person/row.ts';
import { type HeldRow, isGone, isPerson } from '../../lib/person/standing.ts';
import { isAlive, isPurged } from './org.ts';
import { type ExploredPerson, itemIn, rowNumber, type World } from './world.ts';
import type { WorldPlan } from './worlds.ts';

const MAX_JOINS = 12;

/** What no state may be, and what no end may be; undefined: nothing is broken. */
export function brokenIn(plan: WorldPlan, world: World, isQuiet: boolean): string | undefined {
  return brokenNow(plan, world) ?? (isQuiet ? brokenAtEnd(plan, world) : undefined);
}

function personsIn({ items }: World): ExploredPerson[] {
  return items.filter((item) => isPerson<ExploredPerson>(item));
}

function livingIn(world: World): ExploredPerson[] {
  return personsIn(world).filter(({ mergedInto }) => mergedInto === null);
}

function holdersOf(world: World, rowId: string): ExploredPerson[] {
  return livingIn(world).filter(
    (person) => person.salesforce?.id === rowId && (!person.erased || isLedTo(world, person)),
  );
}

function isLedTo(world: World, { personId, salesforce }: ExploredPerson): boolean {
  const authority = itemIn(world, personIdOfRow(salesforce?.id ?? ''));
  const start = authority?.rowOf ?? (isPerson(authority) ? authority.personId : null);
  return start !== null && survivorOf(world, start)?.personId === personId;
}

function survivorOf(world: World, personId: string): ExploredPerson | undefined {
  let item = itemIn(world, personId);
  for (let hop = 0; isPerson<ExploredPerson>(item) && hop < MAX_JOINS; hop += 1) {
    if (item.mergedInto === null) return item;
    item = itemIn(world, item.mergedInto);
  }
  return undefined;
}

function brokenNow(plan: WorldPlan, world: World): string | undefined {
  for (const person of personsIn(world)) {
    const broken = brokenPerson(world, person);
    if (broken !== undefined) return broken;
  }
  for (const { id } of world.rows) {
    if (holdersOf(world, id).length > 1) return `${id} has several holders`;
  }
  const lost = world.issued & ~world.wiped & ~valuesOf(personsIn(world));
  if (lost !== 0) return `values ${lost.toString(2)} are nowhere`;
  const made = (personId: string) => (row: Row) =>
    ((world.created >> rowNumber(row.id)) & 1) === 1 && row.personId === personId && !isGone(row);
  const twice = plan.locals.find((personId) => world.rows.filter(made(personId)).length > 1);
  return twice === undefined ? undefined : `two living Leads were made for ${twice}`;
}

function brokenPerson(world: World, person: ExploredPerson): string | undefined {
  const { personId, mergedInto, salesforce, left, erased } = person;
  if (mergedInto !== null) {
    return survivorOf(world, personId) === undefined ? `${personId} was joined in a circle` : undefined;
  }
  if (salesforce === null) return undefined;
  const { id } = salesforce;
  if (id in left) return `${personId} is back at ${id}, which it left`;
  return erased || isLedTo(world, person)
    ? undefined
    : `${personId} stands for ${id}, whose authority does not lead to it`;
}

function brokenAtEnd(plan: WorldPlan, world: World): string | undefined {
  for (const row of world.rows) {
    const broken = brokenRow(world, row);
    if (broken !== undefined) return broken;
  }
  const left = world.issued & ~world.wiped & ~valuesOf(livingIn(world));
  if (left !== 0) return `in the end, values ${left.toString(2)} are in no living person`;
  const kept = personsIn(world).find(({ values }) => (values & world.wiped) !== 0);
  if (kept !== undefined) return `in the end, erased values are in ${kept.personId}`;
  if (personsIn(world).some((person) => isErasedBack(world, person))) {
    return 'in the end, an erased person is back by a newborn one';
  }
  return plan.locals.some((personId) => isBackByNewborn(world, personId))
    ? 'in the end, a person deleted here is back by a newborn one'
    : undefined;
}

function brokenRow(world: World, row: Row): string | undefined {
  const { id } = row;
  // Nobody can know what became of it.
  if (isPurged(world, rowNumber(id))) return undefined;
  const alive = isAlive(world, rowNumber(id));
  const holders = holdersOf(world, id);
  if (alive && holders.length !== 1) return `in the end, ${id} lives and has ${holders.length} holders`;
  for (const { personId, salesforce, erased } of holders) {
    if (erased || salesforce === null) continue;
    if (!knows(salesforce, row)) return `in the end, ${personId} does not know what became of ${id}`;
    if (alive && salesforce.systemModstamp !== row.systemModstamp) {
      return `in the end, ${personId} does not know the last state of ${id}`;
    }
    if (!alive && endOf(world, row) !== undefined)
      return `in the end, ${personId} stays at ${id}, whose successor lives`;
  }
  return undefined;
}

function knows({ isDeleted, isConverted, successor }: HeldRow, row: Row): boolean {
  return isDeleted === row.isDeleted && isConverted === row.isConverted && successor?.id === successorOf(row)?.id;
}

/** The living row that took the place of this one, by way of others. */
function endOf(world: World, row: Row): Row | undefined {
  let next = successorOf(row);
  for (let hop = 0; next !== null && hop < world.rows.length; hop += 1) {
    const { id } = next;
    const found = world.rows.find((each) => each.id === id);
    if (found === undefined) return undefined;
    if (isPurged(world, rowNumber(id))) return undefined;
    if (!isGone(found)) return found;
    next = successorOf(found);
  }
  return undefined;
}

function isBackByNewborn(world: World, personId: string): boolean {
  const item = itemIn(world, personId);
  if (!isPerson(item) || item.deletedHere === null || item.mergedInto === null) return false;
  return survivorOf(world, personId)?.newborn === true;
}

/** What took the place of an erased person's row is a newborn person's. */
function isErasedBack(world: World, { erased, salesforce }: ExploredPerson): boolean {
  const row = world.rows.find(({ id }) => id === salesforce?.id);
  const end = erased && row !== undefined ? endOf(world, row) : undefined;
  return end !== undefined && holdersOf(world, end.id).some(({ newborn }) => newborn);
}

function valuesOf(persons: readonly ExploredPerson[]): number {
  return persons.reduce((values, person) => values | person.values, 0);
}
