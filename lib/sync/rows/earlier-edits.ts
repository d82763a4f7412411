import type { Activity } from '../../person/activity.ts';
import type { Person } from '../../person/person.ts';
import { toldEditOf } from '../../person/told-edits.ts';
import type { PersonStore } from '../ports/person-store.ts';

const PAGE = 100;

/** What was told longer ago than this many pages is no longer looked for. */
const MAX_PAGES = 10;

/**
 * What the logs of two persons who become one tell of when each edit of the loser that waits was made, and the
 * survivor's of the same fields: the part that no longer stands in their own items, by person, oldest first.
 */
export async function earlierEdits(
  store: Pick<PersonStore, 'activities'>,
  survivor: Person,
  loser: Person,
): Promise<ReadonlyMap<string, readonly Activity[]>> {
  const edited = Object.keys(loser.pending);
  // What is empty here may have been emptied by an edit, which a value that somebody brings along does not undo.
  const isBrought = (field: string) => (loser.fields[field] ?? null) !== null;
  const emptied = Object.keys(survivor.fields).filter((field) => survivor.fields[field] === null && isBrought(field));
  return new Map([
    [survivor.personId, await earlierTelling(store, survivor, [...edited, ...emptied])],
    [loser.personId, await earlierTelling(store, loser, edited)],
  ]);
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
