import { type Person, personIdOfRow } from '../person/person.ts';
import type { Row } from '../person/row.ts';
import type { PersonStore } from './ports/person-store.ts';
import { likelyPersonId, standsFor } from './resolve-persons.ts';

/**
 * Others who came to stand for the row at the same moment as this person. Whoever takes a row links it to himself first,
 * remembering whom it was linked to, then is stored as standing for it, and asks here last: so of two who do so at once,
 * the one who is stored later finds the other, by the link, by the id that the row carries, or as the one he replaced.
 */
export async function rivalsOf(
  persons: Pick<PersonStore, 'linksOf' | 'getMany'>,
  person: Person,
  row: Row,
  insteadOf: string | undefined,
): Promise<readonly Person[]> {
  const linkedId = (await persons.linksOf([row.id])).get(row.id);
  const named = [linkedId, insteadOf, likelyPersonId(row), personIdOfRow(row.id)];
  const others = [...new Set(named.flatMap((id) => id ?? []))].filter((id) => id !== person.personId);
  const found = others.length === 0 ? [] : [...(await persons.getMany(others)).values()];
  return found.filter((each) => standsFor(each, row));
}
