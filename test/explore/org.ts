import { personIdOfRow } from '../../lib/person/person.ts';
import type { Row } from '../../lib/person/row.ts';
import type { FoundRow } from '../../lib/sync/rows/known.ts';
import { bareStub, blankPerson, ROW_IDS, rowNumber, type World, withFeed, withItem, withMessage } from './world.ts';
import type { WorldEvent, WorldPlan } from './worlds.ts';

export function firstWorld(plan: WorldPlan): World {
  const { locals, held = {}, exist = [], workers, crashes, duplicates } = plan;
  const rows = ROW_IDS.slice(0, plan.rows).map((id, number) => firstRow(plan, id, number));
  let world: World = {
    rows,
    purged: 0,
    exists: exist.reduce((bits, row) => bits | (1 << row), 0),
    items: [],
    queue: [],
    workers: Array.from({ length: workers }, () => null),
    events: 0,
    crashes,
    duplicates,
    issued: 0,
    wiped: 0,
    created: 0,
  };
  for (const [number, personId] of locals.entries()) world = withPerson(world, personId, 1 << number, null);
  for (const [number, personId] of Object.entries(held)) {
    const row = rows[Number(number)] as Row;
    const isBorn = personId === personIdOfRow(row.id);
    const values = isBorn ? 16 << Number(number) : 1 << locals.indexOf(personId);
    world = withPerson(world, personId, values, row);
    if (!isBorn) world = withItem(world, { ...bareStub(personIdOfRow(row.id)), revision: 1, rowOf: personId });
  }
  return world;
}

function withPerson(world: World, personId: string, values: number, row: Row | null): World {
  const salesforce =
    row === null ? null : { type: row.type, id: row.id, systemModstamp: '1', isDeleted: false, isConverted: false };
  const person = { ...blankPerson(personId, values), revision: 1, salesforce };
  return { ...withItem(world, person), issued: world.issued | values };
}

function firstRow({ carried = {}, emails = [] }: WorldPlan, id: string, number: number): Row {
  return {
    type: 'Lead',
    id,
    systemModstamp: '1',
    isDeleted: false,
    masterRecordId: null,
    isConverted: false,
    convertedContactId: null,
    ownerId: null,
    personId: carried[number] ?? null,
    fields: emails.includes(number) ? { Email: 'a@b.c' } : {},
  };
}

/** The world after an event; null where it cannot happen now. */
export function afterEvent(world: World, event: WorldEvent): World | null {
  switch (event.kind) {
    case 'call':
      return withMessage(world, event.message);
    case 'new':
      return withFeed({ ...world, exists: world.exists | (1 << event.row) }, event.row);
    case 'merge':
    case 'convert':
      return afterSuccession(world, event);
    case 'undelete':
      return afterUndelete(world, event.row);
    case 'purge':
      return { ...world, purged: world.purged | (1 << event.row) };
    case 'change':
    case 'delete':
      if (!isAlive(world, event.row)) return null;
      return withFeed(changed(world, event.row, { isDeleted: event.kind === 'delete' }), event.row);
  }
}

function afterUndelete(world: World, number: number): World | null {
  const row = world.rows[number];
  if (row === undefined || isPurged(world, number) || (!row.isDeleted && !row.isConverted)) return null;
  const alive = { isDeleted: false, masterRecordId: null, isConverted: false, convertedContactId: null };
  return withFeed(changed(world, number, alive), number);
}

function afterSuccession(
  world: World,
  { kind, row, into }: { readonly kind: 'merge' | 'convert'; readonly row: number; readonly into: number },
): World | null {
  const canBe = isAlive(world, row) && (kind === 'convert' || isAlive(world, into));
  if (!canBe) return null;
  const id = ROW_IDS[into] ?? '';
  const gone =
    kind === 'merge' ? { isDeleted: true, masterRecordId: id } : { isConverted: true, convertedContactId: id };
  const after = changed({ ...world, exists: world.exists | (1 << into) }, row, gone);
  return withFeed(withFeed(changed(after, into, {}), row), into);
}

export function isPurged({ purged }: World, number: number): boolean {
  return ((purged >> number) & 1) === 1;
}

export function isAlive(world: World, number: number): boolean {
  const row = world.rows[number];
  const isThere = ((world.exists >> number) & 1) === 1 && !isPurged(world, number);
  return isThere && row !== undefined && !row.isDeleted && !row.isConverted;
}

/** The next state of a row: one stamp later. */
function changed(world: World, number: number, change: Partial<Row>): World {
  const rows = world.rows.map((row, at) => {
    return at === number ? { ...row, ...change, systemModstamp: String(Number(row.systemModstamp) + 1) } : row;
  });
  return { ...world, rows };
}

/** The living row that carries the person's id, else one with the email that all share. */
export function rowFoundFor(world: World, personId: string): FoundRow {
  const alive = world.rows.filter(({ id }) => isAlive(world, rowNumber(id)));
  const row = alive.find((each) => each.personId === personId) ?? alive.find(({ fields }) => 'Email' in fields);
  return row === undefined ? { kind: 'none' } : { kind: 'one', row };
}

/** An insert under the person's key; null where no Lead can be made (no row is left, or a converted one has the key). */
export function insertLead(world: World, personId: string): World | null {
  const holders = world.rows.filter((row) => {
    const isThere = ((world.exists >> rowNumber(row.id)) & 1) === 1;
    const isKept = !row.isDeleted || row.masterRecordId !== null;
    return isThere && row.personId === personId && isKept;
  });
  if (holders.length > 0) return holders.some(({ id }) => isAlive(world, rowNumber(id))) ? world : null;
  const free = world.rows.findLast(({ id }) => ((world.exists >> rowNumber(id)) & 1) === 0);
  if (free === undefined) return null;
  const number = rowNumber(free.id);
  const bit = 1 << number;
  const rows = world.rows.map((row) => (row === free ? { ...row, personId } : row));
  return withFeed({ ...world, rows, exists: world.exists | bit, created: world.created | bit }, number);
}
