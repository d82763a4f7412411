import { type IndexDefinition, keyText, namesOf, picked, type TableDefinition } from './definition.ts';
import { type Item, sameValues } from './values.ts';

interface News {
  /** Which write of the table told of it. */
  readonly number: number;
  /** Null where the item has no place in the index. */
  readonly entry: Item | null;
}

/** A sparse index of keys: the items that have its key, as it last heard of them. */
export class TableIndex {
  readonly definition: IndexDefinition;
  readonly #table: TableDefinition;
  readonly #news = new Map<string, News>();
  /** The items of which it has heard, or will. */
  readonly #announced = new Set<string>();

  constructor(definition: IndexDefinition, table: TableDefinition) {
    this.definition = definition;
    this.#table = table;
  }

  *entries(): Iterable<Item> {
    for (const { entry } of this.#news.values()) if (entry !== null) yield entry;
  }

  /** Whether a write of the item may change what the index holds, or will by news on their way. */
  isConcerned(key: Item, item: Item | undefined): boolean {
    const text = keyText(key, this.#table);
    if (this.#entryOf(item) !== null) this.#announced.add(text);
    return this.#announced.has(text);
  }

  refresh(key: Item, item: Item | undefined, number: number): void {
    const text = keyText(key, this.#table);
    const known = this.#news.get(text);
    if (known !== undefined && known.number > number) return;
    const entry = this.#entryOf(item);
    const isSame = known !== undefined && known.entry !== null && entry !== null && sameValues(known.entry, entry);
    this.#news.set(text, { number, entry: isSame ? known.entry : entry });
  }

  #entryOf(item: Item | undefined): Item | null {
    if (item === undefined || namesOf(this.definition).some((name) => item[name] === undefined)) return null;
    return picked(item, [...namesOf(this.#table), ...namesOf(this.definition)]);
  }
}
