import { personIdOfRow } from '../../lib/person/person.ts';
import type { Row } from '../../lib/person/row.ts';
import { frozenInto, heldRow, isPerson, joinedWith, withLeft, withoutOwnRow } from '../../lib/person/standing.ts';
import type { Decided, Read } from '../../lib/sync/rows/known.ts';
import type { Call } from './call-table.ts';
import { bareStub, blankPerson, type ExploredItem, type ExploredPerson } from './world.ts';

const MOVES = ['absorb', 'merge', 'claim', 'noteGone', 'create', 'take', 'renounce', 'freeze', 'bury'] as const;
const CALLS = ['clear', 'edit', 'delete', 'erase'] as const;

type Did = Read | Decided | Call;
type Move = Extract<Did, { readonly kind: (typeof MOVES)[number] }>;
type CallWrite = Extract<Did, { readonly kind: (typeof CALLS)[number] }>;

/** A step that writes an item. */
export type Write = Move | CallWrite;

type Reader = (personId: string) => ExploredItem | null;

/** The item that a step writes, and which values are given out or gone once it is written. */
export interface Written {
  readonly item: ExploredItem;
  readonly wiped: number;
  readonly issued: number;
}

export function isWrite(did: Did): did is Write {
  return isMove(did) || CALLS.some((kind) => kind === did.kind);
}

function isMove(did: Did): did is Move {
  return MOVES.some((kind) => kind === did.kind);
}

export function writtenBy(did: Write, read: Reader, issued: number): Written {
  if (isMove(did)) return { item: moved(did, read), wiped: 0, issued };
  const person = personOf(read, did.personId);
  const { values } = person;
  switch (did.kind) {
    case 'edit':
      return { item: edited(person, did.value), wiped: 0, issued: issued | did.value };
    case 'delete':
      return { item: { ...person, deletedHere: {}, newborn: false }, wiped: 0, issued: issued & ~values };
    case 'erase':
      return { item: erased(person), wiped: values, issued };
    case 'clear':
      return { item: erased(person), wiped: values, issued };
  }
}

/** What a step of the table writes. */
function moved(did: Move, read: Reader): ExploredItem {
  const of = (personId: string): ExploredPerson => personOf(read, personId);
  switch (did.kind) {
    case 'absorb':
      return absorbed(of(did.survivor), of(did.loser), did.row);
    case 'merge':
      return merged(of(did.personId), did);
    case 'claim':
      return { ...authorityOf(read, did.rowId), rowOf: did.personId };
    case 'noteGone':
      return { ...authorityOf(read, did.row.id), goneAt: did.row.systemModstamp };
    case 'create':
      return born(did.personId, did.row, read(did.personId));
    case 'take':
      return { ...withoutOwnRow(of(did.personId)), salesforce: heldRow(did.row) };
    case 'renounce':
      return withLeft(of(did.personId), did.row);
    case 'bury':
      return buried(of(did.personId));
    case 'freeze':
      return frozenInto(gone(of(did.loser), did.gone), did.into, did.gives);
  }
}

function merged(person: ExploredPerson, { row, keepsNewborn }: Extract<Move, { kind: 'merge' }>): ExploredPerson {
  if (row === null) throw new Error('every row can be read here');
  return { ...person, salesforce: heldRow(row), newborn: person.newborn && keepsNewborn };
}

function authorityOf(read: Reader, rowId: string): ExploredItem {
  const id = personIdOfRow(rowId);
  return read(id) ?? bareStub(id);
}

function erased(person: ExploredPerson): ExploredPerson {
  return { ...person, deletedHere: {}, newborn: false, erased: true, values: 0 };
}

function buried(person: ExploredPerson): ExploredPerson {
  return { ...withoutOwnRow(person), salesforce: null, deletedHere: person.deletedHere ?? {} };
}

function gone(person: ExploredPerson, row: Row | null): ExploredPerson {
  return row === null ? person : { ...person, salesforce: heldRow(row) };
}

function absorbed(survivor: ExploredPerson, loser: ExploredPerson, row: Row | null): ExploredPerson {
  const link = row === null ? loser.salesforce : heldRow(row);
  const before = row?.id === survivor.salesforce?.id ? gone(survivor, row) : survivor;
  const brings = survivor.erased || loser.deletedHere !== null ? 0 : loser.values;
  return { ...joinedWith(before, loser, link), values: survivor.values | brings };
}

function edited(person: ExploredPerson, value: number): ExploredPerson {
  return { ...person, values: person.values | value, newborn: false };
}

/** A person made of a row; in the place of a stub it keeps what that says of a time when the row was gone. */
function born(personId: string, row: Row, before: ExploredItem | null): ExploredPerson {
  const goneAt = before !== null && !isPerson(before) ? before.goneAt : null;
  return { ...blankPerson(personId, 0), salesforce: heldRow(row), newborn: true, goneAt };
}

function personOf(read: Reader, personId: string): ExploredPerson {
  const item = read(personId);
  if (!isPerson<ExploredPerson>(item)) throw new Error(`${personId} was not read, or is no person`);
  return item;
}
