import { personIdOfRow } from '../../person/person.ts';
import type { Row, RowName } from '../../person/row.ts';
import { type Item, isPerson, type Standing } from '../../person/standing.ts';
import type { Deciding, Known } from './known.ts';

/** The holder of a row according to the authority alone. */
export type Hold =
  /** No holder: no authority, or a stub without `rowOf`. */
  | { readonly kind: 'free' }
  /** The authority names a person not created yet. */
  | { readonly kind: 'unborn'; readonly personId: string }
  /** A frozen person on the way has not been absorbed. */
  | { readonly kind: 'unjoined'; readonly loser: Standing; readonly survivor: Standing }
  | { readonly kind: 'held' | 'left' | 'claimed'; readonly survivor: Standing };

/** A person's survivor, and the last person on the way not yet absorbed. */
export interface Chain {
  readonly survivor: Standing;
  readonly unjoined: Standing | undefined;
}

/** A longer chain of joins is a broken invariant. */
const MAX_JOINS = 32;

export function* itemOf(known: Pick<Known, 'items'>, personId: string): Deciding<Item | null> {
  for (;;) {
    const item = known.items.get(personId);
    if (item !== undefined) return item;
    yield { kind: 'readItems', ids: [personId] };
  }
}

/** The row as Salesforce holds the row now; null: cannot be read. */
export function* freshRow(known: Pick<Known, 'rows'>, { type, id }: RowName): Deciding<Row | null> {
  for (;;) {
    const row = known.rows.get(id);
    if (row !== undefined) return row;
    yield { kind: 'readRow', name: { type, id } };
  }
}

/** Null: no person has the id. */
export function* chainOf(known: Pick<Known, 'items'>, personId: string): Deciding<Chain | null> {
  const first = yield* itemOf(known, personId);
  if (!isPerson(first)) return null;
  const chain: Standing[] = [first];
  for (let last: Standing = first; last.mergedInto !== null; ) {
    const next: Item | null = yield* itemOf(known, last.mergedInto);
    if (!isPerson(next) || chain.length > MAX_JOINS) throw new Error(`${personId} leads to no person`);
    chain.push(next);
    last = next;
  }
  const isAbsorbed = ({ personId: id }: Standing, at: number) =>
    chain.slice(at + 1).some(({ absorbed }) => absorbed.includes(id));
  const unjoined = chain.slice(0, -1).findLast((person, at) => !isAbsorbed(person, at));
  return { survivor: chain.at(-1) ?? first, unjoined };
}

/** The holder of the row. */
export function* holdOf(known: Pick<Known, 'items'>, rowId: string): Deciding<Hold> {
  const authorityId = personIdOfRow(rowId);
  const authority = yield* itemOf(known, authorityId);
  const start = authority?.rowOf ?? (isPerson(authority) ? authorityId : null);
  if (start === null) return { kind: 'free' };
  const chain = yield* chainOf(known, start);
  if (chain === null) return { kind: 'unborn', personId: start };
  const { survivor, unjoined } = chain;
  if (unjoined !== undefined) return { kind: 'unjoined', loser: unjoined, survivor };
  if (survivor.salesforce?.id === rowId) return { kind: 'held', survivor };
  return { kind: rowId in survivor.left ? 'left' : 'claimed', survivor };
}
