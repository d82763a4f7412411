import type { Person } from '../../person/person.ts';
import type { PersonStore } from '../ports/person-store.ts';

/** Where a person has come to. */
export interface Survivor {
  /** The person itself, or the one it became a part of. */
  readonly person: Person;
  /** Persons on the way there whom none after them has absorbed yet. */
  readonly unabsorbed: readonly Person[];
}

/** How many persons one after another are followed; more is a mistake, not a life. */
const MAX_HOPS = 32;

/** The persons these became a part of, by the ids of these; one that is a person of its own is its own survivor. */
export async function survivorsOf(
  store: Pick<PersonStore, 'getMany'>,
  persons: Iterable<Person>,
): Promise<ReadonlyMap<string, Survivor>> {
  const known = new Map([...persons].map((person) => [person.personId, person]));
  const asked = [...known.values()];
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    const ahead = [...known.values()].flatMap(({ mergedInto }) => mergedInto ?? []).filter((id) => !known.has(id));
    if (ahead.length === 0) break;
    const found = await store.getMany([...new Set(ahead)]);
    for (const person of found.values()) known.set(person.personId, person);
    if (found.size === 0) break;
  }
  return new Map(asked.map((person) => [person.personId, survivorOf(person, known)]));
}

/** The person that this one became a part of, or itself. */
export async function survivorOfPerson(store: Pick<PersonStore, 'getMany'>, person: Person): Promise<Person> {
  if (person.mergedInto === null) return person;
  return (await survivorsOf(store, [person])).get(person.personId)?.person ?? person;
}

function survivorOf(person: Person, known: ReadonlyMap<string, Person>): Survivor {
  const way: Person[] = [person];
  for (let last = person; last.mergedInto !== null; ) {
    const next = known.get(last.mergedInto);
    if (next === undefined || way.includes(next)) break;
    way.push(next);
    last = next;
  }
  const isAbsorbed = (each: Person, at: number) =>
    way.slice(at + 1).some((later) => later.absorbed.includes(each.personId));
  const unabsorbed = way.slice(0, -1).filter((each, at) => !isAbsorbed(each, at));
  return { person: way.at(-1) ?? person, unabsorbed };
}
