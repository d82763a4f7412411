import { hashOf } from '../dice.ts';
import { type KeyNames, keyText, mustBeKey, namesOf, picked, type TableDefinition, textOf } from './definition.ts';
import { attributesIn, holds, projected } from './evaluate.ts';
import { type Condition, type Placeholders, parseCondition, parseProjection } from './expression.ts';
import { acceptedMap, comparedTexts, type Item, itemBytes, refused } from './values.ts';

/** A table or an index of it, and by which keys it is read. */
interface Source {
  readonly items: Iterable<Item>;
  readonly keys: KeyNames;
  readonly table: TableDefinition;
}

interface Reading {
  readonly isScan: boolean;
  readonly input: Readonly<Record<string, unknown>>;
  readonly placeholders: Placeholders;
  readonly pageBytes: number;
}

/**
 * A page of a query or a scan: it ends where its bytes or the request's limit are used up, before the filter.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
 */
export function readPage(source: Source, { isScan, input, placeholders, pageBytes }: Reading) {
  const keyCondition = isScan ? undefined : keyConditionOf(source.keys, input, placeholders);
  const filter = filterOf(source.keys, isScan, input, placeholders);
  const projection = projectionOf(input, placeholders);
  placeholders.mustBeUsed();
  const ordered = itemsInOrder(source, keyCondition, input);
  const limit = limitOf(input);
  const found: Item[] = [];
  let bytes = 0;
  let scanned = 0;
  for (const item of ordered) {
    scanned += 1;
    bytes += itemBytes(item);
    if (filter === undefined || holds(filter, item)) found.push(item);
    if (scanned === limit || bytes >= pageBytes) break;
  }
  const last = ordered[scanned - 1];
  // Whether anything comes after what filled the page is not looked at.
  const isCut = last !== undefined && (scanned < ordered.length || scanned === limit || bytes >= pageBytes);
  return {
    Count: found.length,
    ScannedCount: scanned,
    ...(input.Select === 'COUNT' ? {} : { Items: found.map(projection) }),
    ...(isCut ? { LastEvaluatedKey: picked(last, startNames(source)) } : {}),
  };
}

function projectionOf(input: Reading['input'], placeholders: Placeholders): (item: Item) => Item {
  if (typeof input.ProjectionExpression !== 'string') return (item) => item;
  const paths = parseProjection(input.ProjectionExpression, placeholders);
  return (item) => projected(item, paths);
}

function limitOf({ Limit: limit = Number.POSITIVE_INFINITY, Select: select }: Reading['input']): number {
  if (typeof limit !== 'number' || limit < 1) throw refused('Limit must be greater than or equal to 1');
  if (select !== undefined && select !== 'COUNT') throw new Error(`this table selects no ${JSON.stringify(select)}`);
  return limit;
}

function keyConditionOf(keys: KeyNames, input: Reading['input'], placeholders: Placeholders): Condition {
  if (typeof input.KeyConditionExpression !== 'string') throw refused('KeyConditionExpression must be given');
  const condition = parseCondition(input.KeyConditionExpression, placeholders);
  const parts = condition.kind === 'and' ? condition.parts : [condition];
  const ofHash = parts.filter((part) => attributesIn(part).includes(keys.hash));
  const ofRange = parts.filter((part) => keys.range !== null && attributesIn(part).includes(keys.range));
  const isWhole = ofHash.length + ofRange.length === parts.length && ofHash.length === 1 && ofRange.length <= 1;
  const isEqual = ofHash.every((part) => part.kind === 'compare' && part.by === '=' && part.right.kind === 'value');
  if (!isWhole || !isEqual || !ofRange.every(isFitForRange)) throw refused('Query key condition not supported');
  return condition;
}

function isFitForRange(part: Condition): boolean {
  return (
    (part.kind === 'compare' && part.by !== '<>') ||
    part.kind === 'between' ||
    (part.kind === 'test' && part.name === 'begins_with')
  );
}

function filterOf(
  keys: KeyNames,
  isScan: boolean,
  input: Reading['input'],
  placeholders: Placeholders,
): Condition | undefined {
  if (typeof input.FilterExpression !== 'string') return undefined;
  const filter = parseCondition(input.FilterExpression, placeholders);
  if (!isScan && attributesIn(filter).some((name) => namesOf(keys).includes(name)))
    throw refused('Filter Expression can only contain non-primary key attributes');
  return filter;
}

function itemsInOrder(source: Source, condition: Condition | undefined, input: Reading['input']): readonly Item[] {
  const items = [...source.items].filter((item) => condition === undefined || holds(condition, item));
  const compare = orderOf(source);
  const sign = input.ScanIndexForward === false ? -1 : 1;
  items.sort((one, other) => sign * compare(one, other));
  if (input.ExclusiveStartKey === undefined) return items;
  const start = acceptedMap(input.ExclusiveStartKey as object);
  mustBeKey(start, [source.keys, source.table]);
  if (condition !== undefined && start[source.keys.hash] !== items[0]?.[source.keys.hash] && items.length > 0)
    throw refused('The provided starting key is outside query boundaries based on provided conditions');
  const from = items.findIndex((item) => sign * compare(item, start) > 0);
  return from < 0 ? [] : items.slice(from);
}

function startNames({ keys, table }: Source): readonly string[] {
  return [...new Set([...namesOf(table), ...namesOf(keys)])];
}

/** Partitions by a hash of their key, what is in one by its range, equals in an order that only the table knows. */
function orderOf({ keys, table }: Source): (one: Item, other: Item) => number {
  const partition = (item: Item) => textOf(item, keys.hash);
  const range = (item: Item) => (keys.range === null ? '' : textOf(item, keys.range));
  return (one, other) => {
    const [left, right] = [partition(one), partition(other)];
    if (left !== right) return hashOf(left) - hashOf(right) || comparedTexts(left, right);
    const order = comparedTexts(range(one), range(other));
    if (order !== 0) return order;
    const [ours, theirs] = [keyText(one, table), keyText(other, table)];
    return hashOf(ours) - hashOf(theirs) || comparedTexts(ours, theirs);
  };
}
