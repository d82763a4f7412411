import type { Row } from '../../lib/person/row.ts';
import type { Standing, Stub } from '../../lib/person/standing.ts';
import type { FoundRow } from '../../lib/sync/rows/known.ts';

/** A person of the explored worlds; `values` stands for everything it holds, one bit for each value. */
export interface ExploredPerson extends Standing {
  readonly values: number;
}

export type ExploredItem = Stub | ExploredPerson;

export type Message =
  /** `again`: the row is read when the message is handled. */
  | { readonly kind: 'row'; readonly row: Row; readonly again?: true }
  | { readonly kind: 'join' | 'sync' | 'delete' | 'erase' | 'wipe'; readonly personId: string }
  | { readonly kind: 'edit'; readonly personId: string; readonly value: number };

/** A worker between two steps: its message, and what it has read since its last write. */
export interface Worker {
  readonly message: Message;
  readonly items: readonly (readonly [personId: string, item: ExploredItem | null])[];
  readonly rows: readonly Row[];
  /** Rows that could not be read. */
  readonly unread: readonly string[];
  readonly sent: boolean;
  /** Comes no sooner than the worker has ended. */
  readonly later: Message | undefined;
  readonly found: FoundRow | undefined;
}

/** Everything at one instant. Never changed: a step makes another. */
export interface World {
  /** By number; a row may be there only later (`exists`). */
  readonly rows: readonly Row[];
  readonly exists: number;
  /** Rows that nobody can read any more. */
  readonly purged: number;
  /** Ordered by id. */
  readonly items: readonly ExploredItem[];
  readonly queue: readonly Message[];
  readonly workers: readonly (Worker | null)[];
  /** Which events have happened. */
  readonly events: number;
  readonly crashes: number;
  readonly duplicates: number;
  /** Values that were given out and are to be kept; those that were erased. */
  readonly issued: number;
  readonly wiped: number;
  /** Rows made by an insert of ours. */
  readonly created: number;
}

export const ROW_IDS = ['r0', 'r1', 'r2'] as const;

/** Messages that come again until they are done; the others are calls of the API. */
export function isTold({ kind }: Message): boolean {
  return kind === 'row' || kind === 'join' || kind === 'wipe';
}

/** The world without the worker of this place, who has ended or died. */
export function withoutWorker(world: World, at: number): World {
  const later = world.workers[at]?.later;
  const workers = world.workers.map((each, index) => (index === at ? null : each));
  return later === undefined ? { ...world, workers } : withMessage({ ...world, workers }, later);
}

export function itemIn(world: World, personId: string): ExploredItem | null {
  return world.items.find((item) => item.personId === personId) ?? null;
}

export function withItem(world: World, item: ExploredItem): World {
  const others = world.items.filter(({ personId }) => personId !== item.personId);
  return { ...world, items: [...others, item].sort((a, b) => (a.personId < b.personId ? -1 : 1)) };
}

export function withMessage(world: World, message: Message): World {
  const key = keyOf(message);
  if (world.queue.some((each) => keyOf(each) === key)) return world;
  return { ...world, queue: [...world.queue, message].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) };
}

/** The row's state on its way to the merge. */
export function withFeed(world: World, number: number): World {
  const row = world.rows[number];
  return row === undefined ? world : withMessage(world, { kind: 'row', row });
}

export function rowNumber(id: string): number {
  return Number(id.slice(1));
}

export function bareStub(personId: string): Stub {
  return { personId, revision: 0, rowOf: null, goneAt: null };
}

export function blankPerson(personId: string, values: number): ExploredPerson {
  const standing = { salesforce: null, left: {}, mergedInto: null, gives: false, absorbed: [] };
  return { ...bareStub(personId), ...standing, newborn: false, erased: false, deletedHere: null, values };
}

/** The number of a part of a world, the same for parts that say the same. */
export function numberOf(part: object): number {
  let number = numbers.get(part);
  if (number === undefined) {
    const text = JSON.stringify(part, sortedLeft);
    number = known.get(text) ?? known.size + 1;
    known.set(text, number);
    numbers.set(part, number);
  }
  return number;
}

const numbers = new WeakMap<object, number>();
const known = new Map<string, number>();

/** The order in which rows were left says nothing. */
function sortedLeft(name: string, value: unknown): unknown {
  if (name !== 'left' || value === null) return value;
  return Object.entries(value as Record<string, string>).sort(([one], [other]) => (one < other ? -1 : 1));
}

function keyOf(message: Message): number {
  return numberOf(message);
}

/** Worlds with the same key are the same. Workers are alike, so that their order says nothing. */
export function keyOfWorld(world: World): string {
  const workers = world.workers.map((worker) => (worker === null ? 0 : numberOf(worker))).sort((a, b) => a - b);
  const { exists, purged, events, crashes, duplicates, issued, wiped, created } = world;
  const counts = [exists, purged, events, crashes, duplicates, issued, wiped, created];
  const parts = [world.rows, world.items, world.queue].map((part) => part.map(numberOf).join());
  return `${parts.join('|')}|${workers.join()}|${counts.join()}`;
}
