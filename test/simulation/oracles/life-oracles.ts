import type { Activity } from '../../../lib/person/activity.ts';
import { sameValue } from '../../../lib/person/field-value.ts';
import type { Person } from '../../../lib/person/person.ts';
import { FIELDS } from '../fields.ts';
import type { World } from '../world.ts';
import { currentRow } from './end-oracles.ts';

/** Persons who became a part of others, once the faults are over: who stands for them, and what became of their edits. */
export function checkMergedPersons(world: World): void {
  for (const person of world.persons.all()) {
    if (person.mergedInto === null) followsItsRow(world, person);
    else isTakenOver(world, person);
  }
}

/** Whoever asks for the person comes to one who stands, who has taken it over with its log and what was edited here. */
function isTakenOver(world: World, loser: Person): void {
  const way = survivorsOf(world, loser);
  const last = way.at(-1);
  if (last === undefined || last.mergedInto !== null || last.deletedHere !== null) {
    world.breaks(
      'a merged person has a survivor',
      `${loser.personId} became a part of ${loser.mergedInto}, who is nobody`,
    );
    return;
  }
  if (!way.some(({ absorbed }) => absorbed.includes(loser.personId))) {
    world.breaks(
      'a merged person is taken over',
      `${loser.personId} became a part of ${last.personId}, who has not taken it over`,
    );
    return;
  }
}

/** All whom the person became a part of, one after another. */
function survivorsOf(world: World, person: Person): Person[] {
  const way: Person[] = [];
  let next = person.mergedInto === null ? undefined : world.persons.peek(person.mergedInto);
  while (next !== undefined && !way.includes(next)) {
    way.push(next);
    next = next.mergedInto === null ? undefined : world.persons.peek(next.mergedInto);
  }
  return way;
}

/** Where another row took the place of the person's own, and lives, the person stands for that one. */
function followsItsRow(world: World, { personId, salesforce }: Person): void {
  const successor = salesforce === null ? null : successorOf(world, salesforce.id);
  if (successor === null) return;
  world.breaks('a person follows its row', `${personId} still stands for ${salesforce?.id}, which became ${successor}`);
}

/** The living row at the end of those that took this one's place; null where there is none. */
function successorOf(world: World, rowId: string): string | null {
  let id = rowId;
  for (;;) {
    const row = currentRow(world, id.startsWith('00Q') ? 'Lead' : 'Contact', id);
    if (row === undefined) return null;
    const next = row.IsDeleted === true ? row.MasterRecordId : row.IsConverted === true ? row.ConvertedContactId : null;
    if (next == null) return row.IsDeleted === true || id === rowId ? null : id;
    id = String(next);
  }
}

/** An edit of a person that is taken over goes on as the survivor's, or gave way to a newer one and is told. */
export function waitingEditsAreKept(
  world: World,
  before: Person | undefined,
  after: Person,
  added: readonly Activity[],
): void {
  const parts = after.absorbed.filter((id) => before !== undefined && !before.absorbed.includes(id));
  for (const part of parts) {
    const told = toldOf(added, part);
    const loser = world.persons.peek(part);
    const untold = Object.keys(loser?.pending ?? {}).filter((field) => !told.has(field));
    for (const field of untold) sameIsHeld(world, { loser, field, after });
  }
}

/** The fields of the part that the survivor's log says what became of. */
function toldOf(added: readonly Activity[], part: string): ReadonlySet<string> {
  const told = added.flatMap((activity) =>
    activity.type === 'merged' && activity.detail.from === part
      ? [...Object.keys(activity.detail.fields ?? {}), ...Object.keys(activity.detail.superseded ?? {})]
      : [],
  );
  return new Set(told);
}

function sameIsHeld(
  world: World,
  { loser, field, after }: { readonly loser: Person | undefined; readonly field: string; readonly after: Person },
): void {
  const value = loser?.fields[field] ?? null;
  const shape = FIELDS.find(({ name }) => name === field)?.shape;
  if (sameValue(shape, after.fields[field] ?? null, value)) return;
  const what = `${loser?.personId}.${field}: ${JSON.stringify(value)} waited to be pushed, and ${after.personId}`;
  world.breaks('no edit is lost in a merge', `${what} neither took it over nor tells of it`);
}
