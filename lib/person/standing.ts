import { type Row, type RowName, successorOf } from './row.ts';

/**
 * What every item under a person's id may say about rows. The item of the id `sf-<rowId>` is the authority of that row:
 * it decides which person may hold the row.
 */
export interface Stub {
  readonly personId: string;
  /** Goes up with every write; every conditional write tests it. */
  readonly revision: number;
  /** The person that has the row of this authority now, where that is not this person or its survivor. */
  readonly rowOf: string | null;
  /** The newest stamp at which the row of this authority was seen gone while no person held it. */
  readonly goneAt: string | null;
}

/** The row that a person stands for, as of base. */
export interface HeldRow extends RowName {
  readonly systemModstamp: string;
  readonly isDeleted: boolean;
  readonly isConverted: boolean;
  /** The row that took this row's place: the winner of a merge, the Contact of a conversion. Only on a gone row. */
  readonly successor?: RowName;
}

/** What a person remembers of a row that it holds. */
export function heldRow(row: Row): HeldRow {
  const { type, id, systemModstamp, isDeleted, isConverted } = row;
  const successor = successorOf(row);
  return { type, id, systemModstamp, isDeleted, isConverted, ...(successor !== null && { successor }) };
}

/** What decides which row a person holds and which person it is a part of; values play no role here. */
export interface Standing extends Stub {
  readonly salesforce: HeldRow | null;
  /** Rows that this person held or was offered and will not take, each with its stamp at that time. */
  readonly left: Readonly<Record<string, string>>;
  /** The person that this one was joined into ("frozen"), for good. */
  readonly mergedInto: string | null;
  /** On a frozen person: the survivor takes over this person's row. */
  readonly gives: boolean;
  /** Ids of the persons that were joined into this one and whose values it has taken over. */
  readonly absorbed: readonly string[];
  /** Set when the feed makes a person of a row; removed by any edit, take, deletion or absorption. */
  readonly newborn: boolean;
  /** The person was erased: nothing is left of it but what rows lead to. */
  readonly erased: boolean;
  /** The person was deleted here: hidden, and kept as it was. */
  readonly deletedHere: object | null;
}

/** An item under a person's id: a person, or a stub that was never one. */
export type Item = Stub | Standing;

export function isPerson<Person extends Standing>(item: Stub | Person | null | undefined): item is Person {
  return item !== null && item !== undefined && 'mergedInto' in item;
}

export function isGone({ isDeleted, isConverted }: Pick<HeldRow, 'isDeleted' | 'isConverted'>): boolean {
  return isDeleted || isConverted;
}

/** The person with one more row that it will not take (again); of two stamps of one row the newer is kept. */
export function withLeft<Person extends Standing>(person: Person, row: Pick<HeldRow, 'id' | 'systemModstamp'>): Person {
  return { ...person, left: newestOfBoth(person.left, { [row.id]: row.systemModstamp }) };
}

/** The person before it takes another row: its own row, if any, becomes one that it has left. */
export function withoutOwnRow<Person extends Standing>(person: Person): Person {
  const known = person.salesforce === null ? person : withLeft(person, person.salesforce);
  return { ...known, newborn: false };
}

/** The person as a part of another from now on; whatever else it holds stays for the survivor to take over. */
export function frozenInto<Person extends Standing>(loser: Person, into: string, gives: boolean): Person {
  return { ...loser, mergedInto: into, gives };
}

/** Whether the survivor takes over the row of a loser: only where it has no living row of its own. */
export function takesGivenRow(survivor: Standing, loser: Standing): boolean {
  const hasRoom = survivor.salesforce === null || isGone(survivor.salesforce);
  return loser.gives && loser.salesforce !== null && hasRoom;
}

/**
 * The survivor of a join as far as rows are concerned. `given` is the link to the loser's row, where the survivor takes
 * that row over (`takesGivenRow`).
 */
export function joinedWith<Person extends Standing>(
  survivor: Person,
  loser: Standing,
  given: Person['salesforce'],
): Person {
  const takes = takesGivenRow(survivor, loser) && given !== null;
  const behind = takes ? survivor.salesforce : loser.salesforce;
  const salesforce = takes ? given : survivor.salesforce;
  const left = { ...newestOfBoth(survivor.left, loser.left) };
  if (behind !== null) left[behind.id] = newest(left[behind.id], behind.systemModstamp);
  // The authority leads to the survivor anew.
  if (salesforce !== null) delete left[salesforce.id];
  return {
    ...survivor,
    salesforce,
    left,
    absorbed: [...survivor.absorbed, loser.personId],
    newborn: false,
  };
}

function newestOfBoth(
  some: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const both: Record<string, string> = { ...some };
  for (const [id, stamp] of Object.entries(others)) both[id] = newest(both[id], stamp);
  return both;
}

function newest(one: string | undefined, other: string): string {
  return one !== undefined && one > other ? one : other;
}
