import type { Activity } from '../../../lib/person/activity.ts';
import { type FieldValue, sameValue } from '../../../lib/person/field-value.ts';
import type { Person } from '../../../lib/person/person.ts';
import { whole } from '../../fakes/whole-value.ts';
import { FIELDS } from '../fields.ts';
import type { World } from '../world.ts';
import { currentRow } from './end-oracles.ts';

/**
 * Persons who became a part of others, once the faults are over: who stands for them, and what became of their edits.
 */
export function checkMergedPersons(world: World): void {
  for (const person of world.stores.all()) {
    if (person.mergedInto === null) followsItsRow(world, person);
    else isTakenOver(world, person);
  }
}

/** Whoever asks for the person comes to one who stands, who has taken it over with its log and what was edited here. */
function isTakenOver(world: World, loser: Person): void {
  const way = survivorsOf(world, loser);
  const last = way.at(-1);
  const wasDeleted = (survivor: Person) => {
    const log = world.ledger.activities.get(survivor.personId) ?? [];
    return log.some(({ type }) => type === 'deleted');
  };
  const stands = last !== undefined && last.mergedInto === null && (last.deletedHere === null || wasDeleted(last));
  if (last === undefined || !stands) {
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
  let next = person.mergedInto === null ? undefined : world.stores.peek(person.mergedInto);
  while (next !== undefined && !way.includes(next)) {
    way.push(next);
    next = next.mergedInto === null ? undefined : world.stores.peek(next.mergedInto);
  }
  return way;
}

/** Where another row took the place of the person's own, and lives, the person stands for that one. */
function followsItsRow(world: World, { personId, salesforce, deletedHere }: Person): void {
  if (deletedHere !== null) return;
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

/** A waiting edit of a person that was taken over, and how it met the survivor. */
interface Inherited {
  readonly loser: Person;
  readonly field: string;
  readonly value: FieldValue;
  /** The survivor before and after. */
  readonly before: Person;
  readonly survivor: Person;
  readonly added: readonly Activity[];
}

/**
 * An edit of a person that is taken over goes on as the survivor's, or gave way to a newer one and is told; unless both
 * held the same.
 */
export function waitingEditsAreKept(
  world: World,
  before: Person | undefined,
  survivor: Person,
  added: readonly Activity[],
): void {
  if (before === undefined || before.absorbed.length === survivor.absorbed.length) return;
  const losers = survivor.absorbed.slice(before.absorbed.length).flatMap((id) => world.stores.peek(id) ?? []);
  // What waited for a push when its person was deleted here does not go out any more.
  for (const loser of losers.filter(({ deletedHere }) => deletedHere === null)) {
    for (const field of Object.keys(loser.pending)) {
      const inherited: Inherited = { loser, field, value: loser.fields[field] ?? null, before, survivor, added };
      const isGivenUp = isTold(inherited);
      if (!isGivenUp && !isHeld(inherited)) breaks(world, inherited, 'neither took it over nor tells of it');
      else if (losers.length === 1) newerStands(world, inherited, isGivenUp);
    }
  }
}

/** Whether the log says that the edit gave way. */
function isTold({ loser, field, added }: Inherited): boolean {
  return added.some(
    ({ type, detail }) => type === 'merged' && detail.from === loser.personId && field in (detail.superseded ?? {}),
  );
}

/** Whether the survivor holds the edited value, or held it until the edit of a third person came along too. */
function isHeld({ field, value, before, survivor, added }: Inherited): boolean {
  const isSame = (other: FieldValue | undefined) => {
    return sameValue(FIELDS.find(({ name }) => name === field)?.shape, other ?? null, value);
  };
  const changes = added
    .flatMap((each) => (each.type === 'fieldsChanged' ? each.detail.changes : []))
    .filter((change) => change.field === field);
  const wasHeld = changes.length > 0 && isSame(before.fields[field]);
  return wasHeld || isSame(survivor.fields[field]) || changes.some((change) => isSame(whole(change.to)));
}

/** Clocks of workers differ, and an edit has its time before a slow store has it, by less than this. */
const CLOCKS_MS = 20_000;
const JUMPS_MS = 100_000;

function clocksMs({ swarm }: World): number {
  return swarm.enabled.has('clockJumps') ? CLOCKS_MS + JUMPS_MS : CLOCKS_MS;
}

/** Of two edits that wait, the one made later stands, unless both lost to a value of Salesforce. */
function newerStands(world: World, inherited: Inherited, isGivenUp: boolean): void {
  const { loser, field, value, before } = inherited;
  if (!(field in before.pending) || before.fields[field] === value || world.restrictedFields.has(field)) return;
  const [theirs, own] = [loser, before].map((person) => editedAt(world, person, field));
  if (theirs === undefined || own === undefined || Math.abs(theirs - own) < clocksMs(world)) return;
  world.swarm.count('mergedEdits');
  if (theirs > own && isGivenUp && !lostToSalesforce(inherited))
    breaks(world, inherited, 'kept an older edit of its own');
  if (theirs < own && !isGivenUp) breaks(world, inherited, 'gave up a newer edit of its own for it');
}

function lostToSalesforce({ field, added }: Inherited): boolean {
  return added.some(({ type, detail }) => type === 'conflict' && detail.field === field && detail.winner === 'remote');
}

/** When the field was last edited here before now; unknown where the edit came along in a merge. */
function editedAt(world: World, { personId }: Person, field: string): number | undefined {
  const log = world.ledger.activities.get(personId) ?? [];
  if (log.some(({ type, detail }) => type === 'merged' && field in (detail.fields ?? {}))) return undefined;
  const values = world.ledger.valuesOf(personId, field);
  return values.findLast(({ origin, at }) => origin === 'edit' && at < world.timeline.now)?.at;
}

function breaks(world: World, { loser, field, value, survivor }: Inherited, what: string): void {
  const edit = `${loser.personId}.${field}: ${JSON.stringify(value)} waited to be pushed`;
  world.breaks('no edit is lost in a merge', `${edit}, and ${survivor.personId} ${what}`);
}
