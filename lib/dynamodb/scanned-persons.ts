import type { Person } from '../person/person.ts';
import type { Page, PersonFilter } from '../sync/ports/person-store.ts';
import { type PersonItem, toPerson } from './item.ts';
import type { ItemTable, QueryPage } from './item-table.ts';
import type { Key } from './keys.ts';
import { personKey } from './keys.ts';
import { cursorAt, keyAt } from './linked-persons.ts';

/** Maximum table reads per result page, and items per read. */
const MAX_READS = 10;
const ITEMS_PER_READ = { least: 100, perPerson: 4 } as const;

const NAMES = { '#sk': 'sk', '#createdAt': 'createdAt' };
const PRESENT_NAMES = { ...NAMES, '#mergedInto': 'mergedInto', '#deletedHere': 'deletedHere' };

/** Conditions satisfied only by persons, and by present persons. */
const EVERYBODY = ['#sk = :person', 'attribute_exists(#createdAt)'];
const PRESENT = [...EVERYBODY, 'attribute_not_exists(#mergedInto)', 'attribute_not_exists(#deletedHere)'];

/**
 * The next persons matching the filter, in the order of the table. Few of the items read may match, so a page may hold
 * fewer persons than asked for, even none.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html
 */
export async function scannedPersons(
  table: ItemTable,
  filter: PersonFilter,
  limit: number,
  cursor: string | null,
): Promise<Page<Person>> {
  const expression = filterExpression(filter);
  const items: Person[] = [];
  let next: Key | undefined = cursor === null ? undefined : keyAt(cursor);
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const Limit = Math.max(ITEMS_PER_READ.least, limit * ITEMS_PER_READ.perPerson);
    const page: QueryPage<PersonItem> = await table.scan<PersonItem>({ ...expression, Limit, ExclusiveStartKey: next });
    items.push(...page.items.map(toPerson));
    next = page.next as Key | undefined;
    if (next === undefined || items.length >= limit) break;
  }
  const given = items.slice(0, limit);
  const last = given.at(-1);
  if (items.length > limit && last !== undefined) return { items: given, cursor: last.personId };
  return { items, cursor: next === undefined ? null : cursorAt(next) };
}

function filterExpression({ everybody = false, synced, placeless, updatedSince }: PersonFilter) {
  const names: Record<string, string> = everybody ? { ...NAMES } : { ...PRESENT_NAMES };
  const values: Record<string, unknown> = { ':person': personKey('').sk };
  const conditions = everybody ? [...EVERYBODY] : [...PRESENT];
  if (synced === true) {
    Object.assign(names, { '#salesforce': 'salesforce', '#rejection': 'rejection', '#pending': 'pending' });
    conditions.push(
      'attribute_exists(#salesforce)',
      'attribute_not_exists(#rejection)',
      'attribute_not_exists(#pending)',
    );
  }
  if (placeless === true) {
    names['#placeless'] = 'placeless';
    conditions.push('attribute_exists(#placeless)');
  }
  if (updatedSince !== undefined) {
    names['#updatedAt'] = 'updatedAt';
    values[':since'] = Date.parse(updatedSince);
    conditions.push('#updatedAt >= :since');
  }
  return {
    FilterExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}
