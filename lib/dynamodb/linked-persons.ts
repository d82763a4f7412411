import { InvalidCursorError } from '../sync/errors.ts';
import type { LinkedPerson, Page } from '../sync/ports/person-store.ts';
import { fromStoredLink, type PersonItem } from './item.ts';
import type { ItemTable, QueryPage } from './item-table.ts';
import { isPossibleId, personIdOf, personKey } from './keys.ts';

type LinkedItem = Pick<PersonItem, 'pk' | 'sk'> & { readonly salesforce: NonNullable<PersonItem['salesforce']> };

/** Persons with a row; nothing else of them, and nothing else in the table. */
const LINKED = {
  FilterExpression: 'sk = :person AND attribute_exists(salesforce) AND attribute_not_exists(mergedInto)',
  ProjectionExpression: 'pk, sk, salesforce',
  ExpressionAttributeValues: { ':person': personKey('').sk },
};

/**
 * The next persons with a row, in the order of the table. It is read in pages of 1 MB before they are filtered; a page of
 * ours ends with a person, after whom the next one begins.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html
 */
export async function linkedPersons(
  table: ItemTable,
  limit: number,
  cursor: string | null,
): Promise<Page<LinkedPerson>> {
  const items: LinkedPerson[] = [];
  let start: QueryPage<unknown>['next'] = cursor === null ? undefined : keyAfter(cursor);
  do {
    const page: QueryPage<LinkedItem> = await table.scan<LinkedItem>({ ...LINKED, ExclusiveStartKey: start });
    for (const item of page.items)
      items.push({ personId: personIdOf(item), salesforce: fromStoredLink(item.salesforce) });
    start = page.next;
  } while (start !== undefined && items.length < limit);
  const given = items.slice(0, limit);
  const more = start !== undefined || items.length > limit;
  return { items: given, cursor: more ? (given.at(-1)?.personId ?? null) : null };
}

function keyAfter(cursor: string) {
  if (cursor === '' || !isPossibleId(cursor)) throw new InvalidCursorError(`no such cursor: ${cursor.slice(0, 100)}`);
  return { ...personKey(cursor) };
}
