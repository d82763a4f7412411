import { type Person, personIdOfRow } from '../../person/person.ts';
import type { PersonStore } from '../ports/person-store.ts';
import type { Schemas } from '../schemas.ts';
import { absorbPersons } from './absorb-persons.ts';
import type { RefreshPorts } from './read-leased.ts';
import { survivorsOf } from './survivors.ts';

/** The persons of a row that is gone for good. */
interface GoneRow {
  readonly id: string;
  /** They stand for it, and do not know that it is gone. */
  readonly holders: readonly Person[];
  /** They stood for it before it was merged into another. */
  readonly merged: readonly Person[];
}

export async function goneRows(
  store: Pick<PersonStore, 'linksOf' | 'getMany'>,
  ids: readonly string[],
): Promise<readonly GoneRow[]> {
  if (ids.length === 0) return [];
  const links = await store.linksOf(ids);
  const found = await store.getMany([...new Set([...links.values(), ...ids.map(personIdOfRow)])]);
  const survivors = await survivorsOf(store, found.values());
  return ids.map((id) => {
    const named = [...new Set([links.get(id) ?? '', personIdOfRow(id)])];
    const present = new Set(named.flatMap((personId) => survivors.get(personId)?.person ?? []));
    const holders = [...present].filter(({ salesforce }) => salesforce?.id === id && !salesforce.isDeleted);
    const persons = named.flatMap((personId) => found.get(personId) ?? []);
    return { id, holders, merged: persons.filter(({ mergedInto }) => mergedInto !== null) };
  });
}

/**
 * Lets those whose rows were merged before they were gone for good be absorbed: no other row leads to them, so that it
 * is done now or never. Answers the rows of those for whom it could not be done yet.
 */
export async function absorbMerged(
  ports: RefreshPorts,
  schemas: Schemas,
  rows: readonly GoneRow[],
): Promise<readonly string[]> {
  const ids = rows.flatMap(({ merged }) => merged.map(({ personId }) => personId));
  if (ids.length === 0) return [];
  const absorbed = await absorbPersons(ports, schemas, ids);
  return rows.flatMap(({ id, merged }) => (merged.every(({ personId }) => absorbed.has(personId)) ? [] : [id]));
}
