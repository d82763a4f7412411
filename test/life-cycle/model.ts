/** What a person is, in a few words: the row it stands for, and what it holds of one field. */
export interface ModelPerson {
  /** Null before it ever was in Salesforce. */
  row: string | null;
  deleted: boolean;
  /** Set when it became a part of this one. */
  into: ModelPerson | null;
  /** The edit that waits, and when it was made. */
  edit: { value: string; at: number } | null;
  value: string | null;
  /** When it was last edited, also where that edit is in Salesforce by now. */
  editedAt: number;
}

/** A row as the model looks it up in the org. */
export interface ModelRow {
  readonly id: string;
  readonly isGone: boolean;
  /** The row that took its place. */
  readonly successor: string | null;
  readonly value: string | null;
}

/** What is the feed's to say, because it depends on what was known first. */
export interface Said {
  /** The person who led to the row. */
  readonly goesTo: (row: string) => ModelPerson | undefined;
  /** The row to which the id that a row carries has led the person. */
  readonly traced: (person: ModelPerson) => string | undefined;
  readonly rowOf: (person: ModelPerson) => string | undefined;
  /** Whether the two have become one person. */
  readonly areOne: (person: ModelPerson, other: ModelPerson) => boolean;
}

export function survivorOf(person: ModelPerson): ModelPerson {
  return person.into === null ? person : survivorOf(person.into);
}

/**
 * The reference: what the persons come to when everything that happened in Salesforce has arrived. It looks at rows as
 * they are and knows nothing of leases, links, stamps, messages or order.
 */
export class Model {
  readonly persons: ModelPerson[] = [];

  add(row: string | null, value: string | null): ModelPerson {
    const person: ModelPerson = { row, deleted: false, into: null, edit: null, value, editedAt: 0 };
    this.persons.push(person);
    return person;
  }

  /** The living persons, each once. */
  present(): ModelPerson[] {
    return this.persons.filter((person) => person.into === null);
  }

  standingFor(row: string): ModelPerson | undefined {
    return this.present().find((person) => person.row === row);
  }

  /**
   * Everything arrives. A living row that nobody stands for is a person of its own; or that of a person who led to it
   * and whose own row is known to be gone: which of the two was known first is the feed's to say (`goesTo`). Answers
   * what the field of each living row may hold in the end.
   */
  settle(rows: ReadonlyMap<string, ModelRow>, said: Said): ReadonlyMap<string, readonly (string | null)[]> {
    this.#followAll(rows, said);
    for (const person of this.present()) this.#takeUp(person, rows, said.traced(person));
    for (const row of rows.values()) {
      if (row.isGone || this.standingFor(row.id) !== undefined) continue;
      const former = said.goesTo(row.id);
      if (former?.deleted !== true) this.add(row.id, row.value);
      else this.#goBack(former, row);
    }
    const expected = new Map<string, readonly (string | null)[]>();
    for (const person of this.present()) {
      const row = person.row === null ? undefined : rows.get(person.row);
      if (row !== undefined && !row.isGone) expected.set(row.id, this.#agree(person, row));
    }
    return expected;
  }

  #followAll(rows: ReadonlyMap<string, ModelRow>, said: Said): void {
    for (const person of this.present()) {
      if (this.#lost.has(person)) this.#find(person, said);
      this.follow(person, rows, (each, other) => !this.#lost.has(each) || said.areOne(each, other));
    }
  }

  /**
   * The person goes where its row has gone, and becomes a part of the first person on that way of whom `joins` is true.
   */
  follow(person: ModelPerson, rows: ReadonlyMap<string, ModelRow>, joins: Said['areOne']): void {
    if (person.row === null || person.into !== null) return;
    const own = rows.get(person.row);
    const way = wayFrom(person.row, rows);
    if (own?.isGone && person.edit === null) person.value = own.value ?? person.value;
    const holders = way.flatMap((row) => this.standingFor(row) ?? []).filter((each) => each !== person);
    const holder = holders.find((each) => joins(person, each));
    if (holder !== undefined) {
      this.#join(person, holder);
      return;
    }
    const end = this.#lost.has(person) ? person.row : (way.at(-1) ?? person.row);
    person.row = end;
    person.deleted = rows.get(end)?.isGone ?? true;
  }

  /**
   * Persons whose way once led to a row that was gone for good. Nobody can know whether such a row is gone or out of
   * sight, so that these persons have come as far as the way was read in time.
   */
  readonly #lost = new Set<ModelPerson>();

  /** Such a person is where the product says. */
  #find(person: ModelPerson, { areOne, rowOf }: Said): void {
    const other = this.present().find((each) => each !== person && areOne(person, each));
    if (other !== undefined) this.#join(person, other);
    else person.row = rowOf(person) ?? person.row;
  }

  noteLost(rows: ReadonlyMap<string, ModelRow>): void {
    for (const person of this.present()) {
      const end = wayFrom(person.row ?? '', rows).at(-1) ?? person.row ?? '';
      if ((rows.get(end)?.successor ?? null) !== null) this.#lost.add(person);
    }
  }

  /**
   * Whose row is gone for good may be traced to another, which carries its id: or it may not be, if that was known too
   * late.
   */
  #takeUp(person: ModelPerson, rows: ReadonlyMap<string, ModelRow>, traced: string | undefined): void {
    const row = traced === undefined ? undefined : rows.get(traced);
    if (row === undefined || person.row === null || rows.has(person.row)) return;
    const holder = this.standingFor(row.id);
    if (holder === undefined) this.#goBack(person, row);
    else this.#join(person, holder);
    person.deleted = row.isGone;
  }

  #goBack(person: ModelPerson, row: ModelRow): void {
    this.#heirs.set(person, [...(this.#heirs.get(person) ?? []), person.value]);
    person.row = row.id;
    person.deleted = false;
  }

  #join(person: ModelPerson, holder: ModelPerson): void {
    person.into = holder;
    this.#heirs.set(holder, [...(this.#heirs.get(holder) ?? []), ...(this.#heirs.get(person) ?? []), person.value]);
    if (person.edit === null) return;
    if (person.edit.at > holder.editedAt) {
      holder.edit = person.edit;
      holder.editedAt = person.edit.at;
    } else if (holder.edit === null) this.#heirs.get(holder)?.push(person.edit.value);
  }

  /** Values that became a person's by merges, of which one is taken where there is none else. */
  readonly #heirs = new Map<ModelPerson, (string | null)[]>();

  #agree(person: ModelPerson, row: ModelRow): readonly (string | null)[] {
    const inherited = (this.#heirs.get(person) ?? []).filter((value) => value !== null);
    this.#heirs.delete(person);
    if (person.edit !== null) return [person.edit.value];
    // An inherited value that waited for its row to live again is an edit of ours by then.
    if (row.value !== null) return [row.value, ...inherited];
    // A value that Salesforce did not take over stays with the person, and goes to the row that took its place.
    const own = person.value === null ? [] : [person.value];
    const all = [...inherited, ...own];
    return all.length === 0 ? [null] : all;
  }
}

/** The rows that took a row's place, one after another. */
function wayFrom(row: string, rows: ReadonlyMap<string, ModelRow>): string[] {
  const successor = rows.get(row)?.successor ?? null;
  return successor === null || !rows.has(successor) ? [] : [successor, ...wayFrom(successor, rows)];
}
