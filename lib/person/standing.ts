import { type Row, type RowName, successorOf } from './row.ts';

/**
 * Attributes about rows, allowed on every item of a person id. The item with the id `sf-<rowId>` is the authority of
 * the row: it decides which person may hold the row.
 */
export interface Stub {
  readonly personId: string;
  /** Incremented by every write; the condition of every conditional write. */
  readonly revision: number;
  /** On an authority: the person holding the row, if other than the item's own person or survivor. */
  readonly rowOf: string | null;
  /** On an authority: the newest stamp at which the row was seen gone while no person held the row. */
  readonly goneAt: string | null;
}

/** The row held by a person, as of base. */
export interface HeldRow extends RowName {
  readonly systemModstamp: string;
  readonly isDeleted: boolean;
  readonly isConverted: boolean;
  /** The row replacing a gone row: the winner of a merge, or the Contact of a conversion. */
  readonly successor?: RowName;
}

/** The part of a row remembered by the holder. */
export function heldRow(row: Row): HeldRow {
  const { type, id, systemModstamp, isDeleted, isConverted } = row;
  const successor = successorOf(row);
  return { type, id, systemModstamp, isDeleted, isConverted, ...(successor !== null && { successor }) };
}

/** The attributes deciding which row a person holds and whether the person was joined; field values play no role. */
export interface Standing extends Stub {
  readonly salesforce: HeldRow | null;
  /**
   * Rows the person once held or was offered and will not take again, by id; the value is the row's stamp at the time.
   */
  readonly left: Readonly<Record<string, string>>;
  /** The survivor of a joined ("frozen") person. Permanent. */
  readonly mergedInto: string | null;
  /** On a frozen person: the survivor takes over the person's row. */
  readonly gives: boolean;
  /** Ids of the persons joined into the person and already absorbed. */
  readonly absorbed: readonly string[];
  /** Set when the feed creates a person from a row; cleared by any edit, take, deletion or absorption. */
  readonly newborn: boolean;
  /** The person was erased: only the attributes needed to follow rows remain. */
  readonly erased: boolean;
  /** The person was deleted locally: hidden, values kept. */
  readonly deletedHere: object | null;
}

/** An item under a person id: a person, or a stub without a person. */
export type Item = Stub | Standing;

export function isPerson<Person extends Standing>(item: Stub | Person | null | undefined): item is Person {
  return item !== null && item !== undefined && 'mergedInto' in item;
}

export function isGone({ isDeleted, isConverted }: Pick<HeldRow, 'isDeleted' | 'isConverted'>): boolean {
  return isDeleted || isConverted;
}

/** The person with a further row in `left`; of two stamps of a row the newer is kept. */
export function withLeft<Person extends Standing>(person: Person, row: Pick<HeldRow, 'id' | 'systemModstamp'>): Person {
  return { ...person, left: newestOfBoth(person.left, { [row.id]: row.systemModstamp }) };
}

/** The person ready to take a row: the own row, if any, moves to `left`. */
export function withoutOwnRow<Person extends Standing>(person: Person): Person {
  const known = person.salesforce === null ? person : withLeft(person, person.salesforce);
  return { ...known, newborn: false };
}

/** The person joined into a survivor; the remaining attributes wait for the absorption. */
export function frozenInto<Person extends Standing>(loser: Person, into: string, gives: boolean): Person {
  return { ...loser, mergedInto: into, gives };
}

/** Whether the survivor takes over the loser's row: only without a living row of the survivor's own. */
export function takesGivenRow(survivor: Standing, loser: Standing): boolean {
  const hasRoom = survivor.salesforce === null || isGone(survivor.salesforce);
  return loser.gives && loser.salesforce !== null && hasRoom;
}

/**
 * The survivor after a join, row attributes only. `given` is the link to the loser's row, used if the survivor takes
 * the row over (`takesGivenRow`).
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
  // The authority leads to the survivor again.
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
