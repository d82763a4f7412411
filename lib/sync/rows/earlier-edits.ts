import type { Activity } from '../../person/activity.ts';
import { lastEditOf } from '../../person/logged-edits.ts';
import type { Person } from '../../person/person.ts';
import type { PersonStore } from '../ports/person-store.ts';

const PAGE = 100;

/** Older pages of a log are not searched. */
const MAX_PAGES = 10;

/**
 * By person, oldest first: logged activities already moved out of the items of two persons to be joined, as far back as
 * needed to find the time of every pending edit of the loser and of the survivor's edits of the same fields.
 */
export async function earlierEdits(
  store: Pick<PersonStore, 'activities'>,
  survivor: Person,
  loser: Person,
): Promise<ReadonlyMap<string, readonly Activity[]>> {
  const edited = Object.keys(loser.pending);
  // An empty survivor field may have been emptied by an edit, and a loser's value without an edit must not undo the
  // edit.
  const isBrought = (field: string) => (loser.fields[field] ?? null) !== null;
  const emptied = Object.keys(survivor.fields).filter((field) => survivor.fields[field] === null && isBrought(field));
  return new Map([
    [survivor.personId, await earlierActivities(store, survivor, [...edited, ...emptied])],
    [loser.personId, await earlierActivities(store, loser, edited)],
  ]);
}

/** Activities older than the item's log, back to the last edit of every given field. */
async function earlierActivities(
  store: Pick<PersonStore, 'activities'>,
  person: Person,
  fields: readonly string[],
): Promise<readonly Activity[]> {
  const { recent, next } = person.log;
  let earlier: readonly Activity[] = [];
  let below = recent[0]?.seq ?? next;
  for (let page = 0; page < MAX_PAGES && below > 0; page += 1) {
    if (fields.every((field) => lastEditOf([...earlier, ...recent], field) !== undefined)) break;
    const { items } = await store.activities(person, PAGE, String(below));
    if (items.length === 0) break;
    earlier = [...items.toReversed(), ...earlier];
    below = earlier[0]?.seq ?? 0;
  }
  return earlier;
}
