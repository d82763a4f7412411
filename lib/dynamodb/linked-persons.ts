import type { LinkedPerson, StandingRejection } from '../person/person.ts';
import { isUnseen } from '../person/unseen-row.ts';
import { InvalidCursorError } from '../sync/errors.ts';
import type { Page } from '../sync/ports/person-store.ts';
import { fromStoredLink, type PersonItem } from './item.ts';
import type { ItemTable, QueryPage } from './item-table.ts';
import { isPossibleId, type Key, personIdOf, personKey } from './keys.ts';

type LinkedItem = Pick<PersonItem, 'pk' | 'sk'> & {
  readonly salesforce: NonNullable<PersonItem['salesforce']>;
  readonly rejection?: Pick<StandingRejection, 'code'>;
};

/** Persons with a row, with few attributes; no other items. */
const LINKED = {
  FilterExpression: 'sk = :person AND attribute_exists(salesforce) AND attribute_not_exists(mergedInto)',
  ProjectionExpression: 'pk, sk, salesforce, #rejection.#code',
  ExpressionAttributeNames: { '#rejection': 'rejection', '#code': 'code' },
  ExpressionAttributeValues: { ':person': personKey('').sk },
};

/**
 * Maximum table pages per call, so that a call ends soon even if few persons have a row. At 6 KB per item the pages
 * hold 8,000 items.
 */
export const MAX_SCAN_PAGES = 50;

/**
 * The next persons with a row, in the order of the table. The table is read in pages of 1 MB before filtering, so a
 * result page may be empty; a page ends after a person, or at the end of a table page.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html
 */
export async function linkedPersons(
  table: ItemTable,
  limit: number,
  cursor: string | null,
): Promise<Page<LinkedPerson>> {
  const items: LinkedPerson[] = [];
  let next: Key | undefined = cursor === null ? undefined : keyAt(cursor);
  let pages = 0;
  do {
    const page: QueryPage<LinkedItem> = await table.scan<LinkedItem>({ ...LINKED, ExclusiveStartKey: next });
    items.push(...page.items.map(linkedPersonOf));
    next = page.next as Key | undefined;
    pages += 1;
  } while (next !== undefined && items.length < limit && pages < MAX_SCAN_PAGES);
  const given = items.slice(0, limit);
  const last = given.at(-1);
  if (items.length > limit && last !== undefined) return { items: given, cursor: last.personId };
  return { items, cursor: next === undefined ? null : cursorAt(next) };
}

function linkedPersonOf(item: LinkedItem): LinkedPerson {
  const { salesforce, rejection = null } = item;
  return { personId: personIdOf(item), salesforce: fromStoredLink(salesforce), isUnseen: isUnseen({ rejection }) };
}

/** A person id represents the person's item; any other item is represented by the full key, never equal to an id. */
export function cursorAt(key: Key): string {
  const personId = personIdOf(key);
  return key.sk === personKey('').sk ? personId : `${key.pk} ${key.sk}`;
}

export function keyAt(cursor: string): Key {
  const space = cursor.lastIndexOf(' ');
  const key = space < 0 ? personKey(cursor) : { pk: cursor.slice(0, space), sk: cursor.slice(space + 1) };
  if (cursor !== '' && key.pk !== '' && key.sk !== '' && isPossibleId(personIdOf(key))) return key;
  throw new InvalidCursorError(`unknown cursor: ${cursor.slice(0, 100)}`);
}
