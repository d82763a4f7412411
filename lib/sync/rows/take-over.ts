import { type Absorption, absorbPerson } from '../../person/absorb-person.ts';
import type { Activity } from '../../person/activity.ts';
import type { Person } from '../../person/person.ts';
import { toldEditOf } from '../../person/told-edits.ts';
import type { PersonStore } from '../ports/person-store.ts';
import { survivorsOf } from './survivors.ts';

const PAGE = 100;

/** What was told longer ago than this many pages is no longer looked for. */
const MAX_PAGES = 10;

/** The survivor with what these persons, a part of it by now, brought along. Stores nothing. */
export async function takeOver(
  store: Pick<PersonStore, 'activities'>,
  survivor: Person,
  losers: readonly Person[],
  by: Pick<Absorption, 'rules' | 'now'>,
): Promise<Person> {
  const earlier = await earlierEdits(store, survivor, losers);
  return losers.reduce((person, loser) => absorbPerson(person, loser, { ...by, earlier }), survivor);
}

/** Of those whose way into another is not done yet, who became a part of this person, straight or by way of others. */
export async function partsOf(
  store: Pick<PersonStore, 'getMany'>,
  { personId }: Person,
  unjoined: readonly Person[],
): Promise<readonly Person[]> {
  const parts = unjoined.filter(({ mergedInto }) => mergedInto !== null);
  if (parts.length === 0) return parts;
  const survivors = await survivorsOf(store, parts);
  return parts.filter((part) => survivors.get(part.personId)?.person.personId === personId);
}

/**
 * What the logs of persons who become one tell of when each edit of the losers that waits was made, and the survivor's
 * of the same fields: the part that no longer stands in their own items, by person, oldest first.
 */
async function earlierEdits(
  store: Pick<PersonStore, 'activities'>,
  survivor: Person,
  losers: readonly Person[],
): Promise<ReadonlyMap<string, readonly Activity[]>> {
  const found = new Map<string, readonly Activity[]>();
  const edited = [...new Set(losers.flatMap(({ pending }) => Object.keys(pending)))];
  // What is empty here may have been emptied by an edit, which a value that somebody brings along does not undo.
  const isBrought = (field: string) => losers.some(({ fields }) => (fields[field] ?? null) !== null);
  const emptied = Object.keys(survivor.fields).filter((field) => survivor.fields[field] === null && isBrought(field));
  for (const person of [survivor, ...losers]) {
    const fields = person === survivor ? [...edited, ...emptied] : Object.keys(person.pending);
    found.set(person.personId, await earlierTelling(store, person, fields));
  }
  return found;
}

/**
 * What stands in the log before the person's own item, as far back as it takes to tell when these fields were edited.
 */
async function earlierTelling(
  store: Pick<PersonStore, 'activities'>,
  person: Person,
  fields: readonly string[],
): Promise<readonly Activity[]> {
  const { recent, next } = person.log;
  let earlier: readonly Activity[] = [];
  let below = recent[0]?.seq ?? next;
  for (let page = 0; page < MAX_PAGES && below > 0; page += 1) {
    if (fields.every((field) => toldEditOf([...earlier, ...recent], field) !== undefined)) break;
    const { items } = await store.activities(person, PAGE, String(below));
    if (items.length === 0) break;
    earlier = [...items.toReversed(), ...earlier];
    below = earlier[0]?.seq ?? 0;
  }
  return earlier;
}
