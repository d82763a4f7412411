import { personIdOfRow } from '../../lib/person/person.ts';
import type { Message } from './world.ts';

/** What may happen outside, once each. Rows by number. */
export type WorldEvent =
  | { readonly kind: 'new' | 'change' | 'delete' | 'undelete' | 'purge'; readonly row: number }
  | { readonly kind: 'merge' | 'convert'; readonly row: number; readonly into: number }
  | { readonly kind: 'call'; readonly message: Message };

/** A small world: what there is in the beginning, and what may happen. */
export interface WorldPlan {
  readonly name: string;
  readonly rows: number;
  /** Persons made here. */
  readonly locals: readonly string[];
  /** Rows that are there from the beginning. */
  readonly exist?: readonly number[];
  /** The persons whose ids rows carry. */
  readonly carried?: Readonly<Record<number, string>>;
  /** Rows that have the email of the claimant. */
  readonly emails?: readonly number[];
  readonly claimant?: string;
  /** Who holds a row from the beginning, without a message under way: a person born of it, or one linked by a stub. */
  readonly held?: Readonly<Record<number, string>>;
  /** Whether the events happen in this order, or in any. */
  readonly inOrder: boolean;
  readonly events: readonly WorldEvent[];
  readonly workers: number;
  readonly crashes: number;
  readonly duplicates: number;
}

const [NEW_0, NEW_1] = [fresh(0), fresh(1)];
const P = 'p0';
const [BORN_0, BORN_1, BORN_2] = [0, 1, 2].map((row) => personIdOfRow(`r${row}`)) as [string, string, string];
const FEW = { workers: 2, crashes: 1, duplicates: 1, inOrder: true } as const;

function fresh(row: number): WorldEvent {
  return { kind: 'new', row };
}

function change(kind: 'change' | 'delete' | 'undelete' | 'purge', row: number): WorldEvent {
  return { kind, row };
}

function become(kind: 'merge' | 'convert', row: number, into: number): WorldEvent {
  return { kind, row, into };
}

function call(kind: 'sync' | 'delete' | 'erase', personId: string): WorldEvent {
  return { kind: 'call', message: { kind, personId } };
}

function edit(personId: string, value: number): WorldEvent {
  return { kind: 'call', message: { kind: 'edit', personId, value } };
}

/** The worlds of the specification. */
export const WORLDS: readonly WorldPlan[] = [
  {
    ...FEW,
    name: 'new-row',
    rows: 1,
    locals: [],
    events: [NEW_0, change('change', 0), change('delete', 0), change('undelete', 0)],
    workers: 3,
    crashes: 2,
    duplicates: 2,
  },
  {
    ...FEW,
    name: 'named-row',
    rows: 1,
    locals: [P],
    carried: { 0: P },
    events: [NEW_0, change('change', 0), change('delete', 0), change('undelete', 0)],
  },
  {
    ...FEW,
    name: 'email-two-rows',
    rows: 2,
    locals: [P],
    emails: [0, 1],
    claimant: P,
    inOrder: false,
    events: [NEW_0, NEW_1, change('delete', 0), edit(P, 128)],
  },
  {
    ...FEW,
    name: 'sync-links-email',
    rows: 2,
    locals: [P, 'p1'],
    emails: [0],
    claimant: P,
    inOrder: false,
    events: [NEW_0, call('sync', P), call('sync', 'p1'), change('delete', 0)],
    workers: 3,
  },
  {
    ...FEW,
    name: 'sync-finds-renounced',
    rows: 1,
    locals: [P, 'p1'],
    emails: [0],
    claimant: P,
    events: [NEW_0, call('sync', 'p1'), change('delete', 0)],
    workers: 3,
    crashes: 0,
    duplicates: 0,
  },
  {
    ...FEW,
    name: 'sync-creates',
    rows: 2,
    locals: [P],
    inOrder: false,
    events: [call('sync', P), call('sync', P), edit(P, 128)],
    workers: 3,
    crashes: 2,
  },
  {
    ...FEW,
    name: 'delete-recreate-undelete',
    rows: 2,
    locals: [P],
    carried: { 0: P },
    exist: [0],
    held: { 0: P },
    events: [change('delete', 0), call('sync', P), change('undelete', 0)],
  },
  {
    ...FEW,
    name: 'convert-linked',
    rows: 2,
    locals: [P],
    exist: [0],
    held: { 0: P },
    events: [become('convert', 0, 1), change('change', 1), edit(P, 128)],
  },
  {
    ...FEW,
    name: 'convert-born',
    rows: 2,
    locals: [],
    exist: [0],
    held: { 0: BORN_0 },
    inOrder: false,
    events: [become('convert', 0, 1), edit(BORN_0, 128), edit(BORN_1, 64), call('sync', BORN_0)],
  },
  {
    ...FEW,
    name: 'convert-into-existing',
    rows: 2,
    locals: [],
    exist: [0, 1],
    held: { 0: BORN_0, 1: BORN_1 },
    inOrder: false,
    events: [become('convert', 0, 1), edit(BORN_0, 128), edit(BORN_1, 64), call('sync', BORN_0)],
  },
  {
    ...FEW,
    name: 'merge-undelete',
    rows: 2,
    locals: [],
    exist: [0, 1],
    held: { 0: BORN_0, 1: BORN_1 },
    events: [become('merge', 0, 1), change('undelete', 0), edit(BORN_0, 128)],
  },
  {
    ...FEW,
    name: 'merge-and-back',
    rows: 2,
    locals: [],
    exist: [0, 1],
    held: { 0: BORN_0, 1: BORN_1 },
    events: [become('merge', 0, 1), change('undelete', 0), become('merge', 1, 0)],
  },
  {
    ...FEW,
    name: 'merge-of-merge',
    rows: 3,
    locals: [],
    exist: [0, 1, 2],
    held: { 0: BORN_0, 1: BORN_1, 2: BORN_2 },
    events: [become('merge', 0, 1), become('merge', 1, 2)],
  },
  {
    ...FEW,
    name: 'merge-then-convert',
    rows: 3,
    locals: [],
    exist: [0, 1],
    held: { 0: BORN_0, 1: BORN_1 },
    events: [become('merge', 0, 1), become('convert', 1, 2)],
  },
  {
    ...FEW,
    name: 'new-merged-at-once',
    rows: 2,
    locals: [],
    events: [NEW_0, NEW_1, become('merge', 0, 1)],
  },
  {
    ...FEW,
    name: 'former-undeleted',
    rows: 2,
    locals: [],
    exist: [0],
    held: { 0: BORN_0 },
    events: [
      change('delete', 0),
      call('sync', BORN_0),
      change('undelete', 0),
      change('delete', 0),
      change('undelete', 0),
    ],
  },
  {
    ...FEW,
    name: 'merged-converted-purged',
    rows: 3,
    locals: [],
    exist: [0, 1],
    held: { 0: BORN_0, 1: BORN_1 },
    events: [become('merge', 0, 1), become('convert', 1, 2), change('purge', 2), edit(BORN_0, 128)],
  },
  {
    ...FEW,
    name: 'deleted-here-converts',
    rows: 2,
    locals: [P],
    exist: [0],
    held: { 0: P },
    events: [call('delete', P), become('convert', 0, 1), change('change', 1)],
  },
  {
    ...FEW,
    name: 'erased-merges',
    rows: 2,
    locals: [],
    exist: [0, 1],
    held: { 0: BORN_0, 1: BORN_1 },
    inOrder: false,
    events: [become('merge', 0, 1), call('erase', BORN_0), call('erase', BORN_1)],
  },
  {
    ...FEW,
    name: 'erased-converts',
    rows: 2,
    locals: [],
    exist: [0],
    held: { 0: BORN_0 },
    events: [call('erase', BORN_0), become('convert', 0, 1), change('change', 1)],
  },
  {
    ...FEW,
    name: 'erased-made-again',
    rows: 1,
    locals: [P],
    exist: [0],
    held: { 0: BORN_0 },
    emails: [0],
    inOrder: false,
    events: [call('erase', BORN_0), call('sync', P), change('change', 0)],
  },
  {
    ...FEW,
    name: 'sync-vs-merge',
    rows: 3,
    locals: [P],
    exist: [0, 1],
    held: { 0: P, 1: BORN_1 },
    inOrder: false,
    events: [become('merge', 0, 1), call('sync', P), call('sync', BORN_1)],
  },
];
