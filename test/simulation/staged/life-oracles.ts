import type { Activity } from '../../../lib/person/activity.ts';
import type { FieldValue } from '../../../lib/person/field-value.ts';
import type { Person } from '../../../lib/person/person.ts';
import { whole } from '../../fakes/whole-value.ts';
import type { Row } from '../../sandbox/org/soql/source.ts';
import { alike, remoteName, remoteValue, TRACED_FIELDS } from '../fields.ts';
import type { World } from '../world.ts';

/** Persons follow their rows through merges and conversions, and take along what waited to be pushed. */
export function checkFollowed(world: World): void {
  for (const person of world.stores.all()) {
    if (person.mergedInto === null) nobodyStaysBehind(world, person);
    else checkMergedAway(world, person);
    lastValuesAreKnown(world, person);
    onlyEditsConflict(world, person);
  }
}

/** No person stands for a row whose place another has taken. */
function nobodyStaysBehind(world: World, { personId, salesforce }: Person): void {
  if (salesforce === null) return;
  const end = endOf(world, salesforce.id);
  if (end === undefined || end === salesforce.id) return;
  world.breaks('a person follows its row', `${personId} is ${salesforce.id} still, which became ${end}`);
}

function checkMergedAway(world: World, person: Person): void {
  const way = wayOf(world, person);
  const survivor = way.at(-1);
  if (survivor === undefined || survivor.mergedInto !== null) {
    world.breaks('a merged person leads to one', `${person.personId} became ${person.mergedInto}, who is nobody`);
    return;
  }
  const told = way.flatMap(({ personId }) => world.ledger.activities.get(personId) ?? []);
  isToldOnce(world, person, told);
  for (const field of Object.keys(person.pending)) whatWaitsGoesAlong(world, person, { way, told, field });
}

function isToldOnce(world: World, { personId }: Person, told: readonly Activity[]): void {
  const times = told.filter(({ type, detail }) => type === 'merged' && detail.from === personId).length;
  // Sync person leaves one that was made of the row a moment before, and has nothing, to be told of later.
  const broughtNothing = (world.ledger.activities.get(personId)?.length ?? 0) <= 1;
  if (times === 1 || (times === 0 && broughtNothing)) return;
  world.breaks('a merge is told once', `${personId} was told ${times} times to be merged away`);
}

interface Legacy {
  readonly way: readonly Person[];
  readonly told: readonly Activity[];
  readonly field: string;
}

function whatWaitsGoesAlong(world: World, person: Person, { way, told, field }: Legacy): void {
  const value = person.fields[field] ?? null;
  const superseded = told.some(({ type, detail }) => type === 'merged' && field in (detail.superseded ?? {}));
  if (superseded ? hasNewer(world, way, person, field) : isHeld(told, field, value)) return;
  const what = `${person.personId}.${field}: ${JSON.stringify(value)} waited when it became ${person.mergedInto}`;
  world.breaks('what waits goes along', `${what}, and ${superseded ? 'gave way to nothing newer' : 'is lost'}`);
}

/** What a row held last, before another took its place, has come to our side: Salesforce shows it no more. */
function lastValuesAreKnown(world: World, person: Person): void {
  const persons = [person, ...wayOf(world, person)];
  for (const id of world.ledger.links.get(person.personId) ?? []) {
    const last = world.ledger.rows.get(id)?.findLast(({ row }) => row.IsDeleted !== true && row.IsConverted !== true);
    const end = endOf(world, id);
    if (last === undefined || end === undefined || end === id) continue;
    for (const field of TRACED_FIELDS) {
      const name = remoteName(field, last.object === 'Lead' ? 'Lead' : 'Contact');
      const value = name === null ? null : remoteValue(last.row, name);
      if (value === null || persons.some((each) => hasHeld(world, each, field, value))) continue;
      const what = `${id} held ${field} ${JSON.stringify(value)} last`;
      world.breaks('what a row held is known', `${what}, and ${person.personId} has never heard of it`);
    }
  }
}

function hasHeld(world: World, { personId }: Person, field: string, value: FieldValue): boolean {
  const held = world.ledger.valuesOf(personId, field).some((each) => alike(each.value, value));
  return held || isHeld(world.ledger.activities.get(personId) ?? [], field, value);
}

/** What only came along with a merged person was nobody's edit here, and wins no conflict. */
function onlyEditsConflict(world: World, { personId }: Person): void {
  const told = world.ledger.activities.get(personId) ?? [];
  for (const { type, detail } of told) {
    if (type !== 'conflict' || !isOfOrg(world, detail.field, whole(detail.local))) continue;
    const values = `${JSON.stringify(detail.local)} against ${JSON.stringify(detail.remote)}`;
    world.breaks('only edits conflict', `${personId}.${detail.field}: ${values}, both of Salesforce`);
  }
}

/** Whether somebody in the org has put this value there. */
function isOfOrg(world: World, field: string, value: FieldValue): boolean {
  return [...world.ledger.rows.values()].flat().some(({ object, row, push }) => {
    const name = push === null ? remoteName(field, object === 'Lead' ? 'Lead' : 'Contact') : null;
    return name !== null && remoteValue(row, name) !== null && alike(remoteValue(row, name), value);
  });
}

/** The persons that this one became a part of, one after another. */
function wayOf(world: World, person: Person): Person[] {
  const way: Person[] = [];
  for (let next = person.mergedInto; next !== null && way.length < 10; ) {
    const found = world.stores.peek(next);
    if (found === undefined) break;
    way.push(found);
    next = found.mergedInto;
  }
  return way;
}

/** Whether one of them took the value over, if only to have it replaced by a newer one in the same write. */
function isHeld(told: readonly Activity[], field: string, value: FieldValue): boolean {
  return told.some(
    ({ type, detail }) =>
      type === 'fieldsChanged' &&
      detail.changes.some((change) => change.field === field && alike(whole(change.to), value)),
  );
}

/** Whether one of them had a value to which the person's could give way: one edited later than that. */
function hasNewer(world: World, way: readonly Person[], { personId }: Person, field: string): boolean {
  const cameAlong = (world.ledger.activities.get(personId) ?? []).some(
    ({ type, detail }) => type === 'merged' && detail.fields?.[field] === '',
  );
  const editedAt = world.ledger.valuesOf(personId, field).findLast(({ origin }) => origin === 'edit')?.at ?? 0;
  return way.some((each) =>
    world.ledger
      .valuesOf(each.personId, field)
      .some(({ at, origin }) => cameAlong || (origin === 'edit' && at > editedAt)),
  );
}

/** The row that stands for this one in the end; undefined where it is deleted. */
function endOf(world: World, id: string): string | undefined {
  let row = rowById(world, id);
  for (let hop = 0; hop < 10 && row !== undefined; hop += 1) {
    if (row.IsDeleted === true && typeof row.MasterRecordId === 'string') row = rowById(world, row.MasterRecordId);
    else if (row.IsConverted === true) row = rowById(world, String(row.ConvertedContactId));
    else break;
  }
  return row === undefined || row.IsDeleted === true ? undefined : String(row.Id);
}

function rowById(world: World, id: string): Row | undefined {
  const { store } = world.org.state;
  return store.table(id.startsWith('00Q') ? 'Lead' : 'Contact').get(id);
}
