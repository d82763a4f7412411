import type { Person } from '../../person/person.ts';
import { isPerson } from '../../person/standing.ts';
import type { PersonStore, StoredItem } from '../ports/person-store.ts';
import { holdOf } from './authority.ts';

/** The holders of rows, by row id; a row that nobody holds is missing. */
export async function holdersOf(
  store: Pick<PersonStore, 'items'>,
  rowIds: readonly string[],
): Promise<ReadonlyMap<string, Person>> {
  const items = new Map<string, StoredItem | null>();
  const holders = new Map<string, Person>();
  for (let open = [...new Set(rowIds)]; open.length > 0; ) {
    const wanted = new Set<string>();
    open = open.filter((rowId) => {
      const step = holdOf({ items }, rowId).next();
      if (step.done !== true) {
        if (step.value.kind === 'readItems') for (const id of step.value.ids) wanted.add(id);
        return true;
      }
      const holder = step.value.kind === 'held' ? items.get(step.value.survivor.personId) : undefined;
      if (isPerson<Person>(holder)) holders.set(rowId, holder);
      return false;
    });
    if (wanted.size === 0) break;
    const found = await store.items([...wanted]);
    for (const id of wanted) items.set(id, found.get(id) ?? null);
  }
  return holders;
}
