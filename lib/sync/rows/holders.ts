import type { Person } from '../../person/person.ts';
import { isPerson } from '../../person/standing.ts';
import type { PersonStore, StoredItem } from '../ports/person-store.ts';
import { chainOf, holdOf } from './authority.ts';
import type { Deciding, Known } from './known.ts';

type ItemStore = Pick<PersonStore, 'items'>;

/** The holders of rows, by row id; rows without a holder are absent. */
export function holdersOf(store: ItemStore, rowIds: readonly string[]): Promise<ReadonlyMap<string, Person>> {
  return personsFound(store, new Map(), rowIds, function* (known, rowId) {
    const hold = yield* holdOf(known, rowId);
    return hold.kind === 'held' ? hold.survivor.personId : null;
  });
}

/** The survivors of persons, by person id; a person never joined is the survivor. */
export function survivorsOf(store: ItemStore, persons: Iterable<Person>): Promise<ReadonlyMap<string, Person>> {
  const items = new Map([...persons].map((person) => [person.personId, person]));
  return personsFound(store, items, [...items.keys()], function* (known, personId) {
    return (yield* chainOf(known, personId))?.survivor.personId ?? null;
  });
}

/** The survivor of a person; the person itself, if never joined. */
export async function survivorOfPerson(store: ItemStore, person: Person): Promise<Person> {
  return (await survivorsOf(store, [person])).get(person.personId) ?? person;
}

/** The persons found from the given ids, with one batch read per round. */
async function personsFound(
  store: ItemStore,
  given: ReadonlyMap<string, StoredItem>,
  ids: readonly string[],
  find: (known: Pick<Known, 'items'>, id: string) => Deciding<string | null>,
): Promise<ReadonlyMap<string, Person>> {
  const items = new Map<string, StoredItem | null>(given);
  const found = new Map<string, Person>();
  for (let open = [...new Set(ids)]; open.length > 0; ) {
    const wanted = new Set<string>();
    open = open.filter((id) => {
      const { done, value } = find({ items }, id).next();
      if (done !== true) {
        if (value.kind === 'readItems') for (const each of value.ids) wanted.add(each);
        return true;
      }
      const item = items.get(value ?? '');
      if (isPerson<Person>(item)) found.set(id, item);
      return false;
    });
    const read = wanted.size === 0 ? new Map<string, StoredItem>() : await store.items([...wanted]);
    for (const id of wanted) items.set(id, read.get(id) ?? null);
  }
  return found;
}
