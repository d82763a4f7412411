import { decide, type Question } from '../../lib/sync/rows/decide.ts';
import type { Decided, Known, Read } from '../../lib/sync/rows/known.ts';
import { type Call, decideCall } from './call-table.ts';
import { isWrite, type Write, writtenBy } from './carry-out.ts';
import { insertLead, isPurged, rowFoundFor } from './org.ts';
import {
  type ExploredItem,
  isTold,
  itemIn,
  type Message,
  rowNumber,
  type Worker,
  type World,
  withItem,
  withMessage,
  withoutWorker,
} from './world.ts';
import type { WorldPlan } from './worlds.ts';

/** What a worker did in one step, and the world after it. */
export interface Stepped {
  readonly world: World;
  readonly did: Read | Decided | Call;
  readonly refused: boolean;
}

/** A worker at its place. */
interface Working {
  readonly at: number;
  readonly worker: Worker;
}

/** One await of one worker: one item read, one row read, one conditional write, one message, one call of Salesforce. */
export function stepWorker(plan: WorldPlan, world: World, at: number): Stepped {
  const worker = world.workers[at];
  if (worker === null || worker === undefined) throw new Error(`no worker ${at}`);
  const known = knownTo(plan, worker);
  const question = questionOf(worker.message);
  const did = question === null ? decideCall(known, worker.message, worker.sent) : decide(known, question);
  if (isWrite(did)) return write(world, { at, worker }, did);
  return { world: carriedOut(world, { at, worker }, did), did, refused: false };
}

function questionOf(message: Message): Question | null {
  switch (message.kind) {
    case 'row':
      return {
        kind: 'row',
        name: message.row,
        state: message.again === true ? null : message.row,
        partial: false,
        mayComeAfter: true,
        hasMessage: true,
      };
    case 'join':
      return { kind: 'person', personId: message.personId, readsOwn: false, attaches: false, hasMessage: true };
    case 'sync':
      return { kind: 'person', personId: message.personId, readsOwn: false, attaches: true, hasMessage: false };
    case 'edit':
    case 'delete':
    case 'erase':
    case 'wipe':
      return null;
  }
}

function knownTo(plan: WorldPlan, { items, rows, unread, sent, found }: Worker): Known {
  const claimant = plan.claimant ?? null;
  return {
    items: { get: (id) => items.find(([each]) => each === id)?.[1] },
    rows: { get: (id) => (unread.includes(id) ? null : rows.find((row) => row.id === id)) },
    // Two states of one stamp say the same here, no lease stands, and the email question is always answered alike.
    differs: () => false,
    isLeased: () => false,
    isUnseen: () => false,
    claimant: ({ fields }) => (fields.Email === undefined ? null : claimant),
    sharesEmail: () => false,
    found: () => found,
    // A worker sends one message at most.
    sent: () => sent,
  };
}

function carriedOut(world: World, working: Working, did: Exclude<Read | Decided | Call, Write>): World {
  const { at, worker } = working;
  if (did.kind === 'readItems' || did.kind === 'readRow' || did.kind === 'find') {
    return withWorker(world, at, { ...worker, ...readBy(world, worker, did) });
  }
  if (did.kind === 'send') return sent(world, working, did);
  if (did.kind === 'insert') {
    const after = insertLead(world, did.personId);
    const again: Worker = { ...worker, items: [], rows: [], unread: [], found: undefined };
    return withWorker(after ?? world, at, after === null ? null : again);
  }
  const isOfEmail = did.kind === 'readClaimant' || did.kind === 'readSharedEmail';
  if (isOfEmail) throw new Error('the questions about an email are answered from the start');
  return withWorker(did.kind === 'wait' ? waiting(world, worker) : world, at, null);
}

function sent(world: World, { at, worker }: Working, did: Extract<Decided | Call, { kind: 'send' }>): World {
  const row = 'row' in did ? world.rows.find(({ id }) => id === did.row?.id) : undefined;
  if (row !== undefined)
    return withWorker(world, at, { ...worker, sent: true, later: { kind: 'row', row, again: true } });
  const kind = did.rule === 'call' ? 'wipe' : 'join';
  return withWorker(withMessage(world, { kind, personId: did.personId }), at, { ...worker, sent: true });
}

/** A message waits in the queue; a call of the API is answered. */
function waiting(world: World, { message }: Worker): World {
  return isTold(message) ? withMessage(world, message) : world;
}

function readBy(
  world: World,
  { items, rows, unread }: Worker,
  did: Extract<Read, { kind: 'readItems' | 'readRow' | 'find' }>,
): Partial<Worker> {
  switch (did.kind) {
    case 'readItems':
      return { items: ordered([...items, ...did.ids.map((id) => [id, itemIn(world, id)] as const)]) };
    case 'readRow': {
      const { id: name } = did.name;
      if (isPurged(world, rowNumber(name))) return { unread: [...unread, name].sort() };
      const row = world.rows.filter(({ id }) => id === name);
      return { rows: [...rows, ...row].sort((one, other) => (one.id < other.id ? -1 : 1)) };
    }
    case 'find':
      return { found: rowFoundFor(world, did.personId) };
  }
}

/** A conditional write: refused where the item is not as the worker has read it; then everything is read again. */
function write(world: World, { at, worker }: Working, did: Write): Stepped {
  const read = (id: string): ExploredItem | null => worker.items.find(([each]) => each === id)?.[1] ?? null;
  const { item, wiped, issued } = writtenBy(did, read, world.issued);
  const stored = itemIn(world, item.personId)?.revision ?? 0;
  const isAsRead = (read(item.personId)?.revision ?? 0) === stored;
  const reset: Worker = { ...worker, items: [], rows: [], unread: [], found: undefined };
  if (!isAsRead) return { world: withWorker(world, at, reset), did, refused: true };
  const next = { ...item, revision: stored + 1 };
  const items = ordered([...worker.items.filter(([id]) => id !== next.personId), [next.personId, next]]);
  const after = withItem({ ...world, wiped: world.wiped | wiped, issued }, next);
  return { world: withWorker(after, at, { ...worker, items }), did, refused: false };
}

function ordered(items: Worker['items']): Worker['items'] {
  return items.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function withWorker(world: World, at: number, worker: Worker | null): World {
  if (worker === null) return withoutWorker(world, at);
  return { ...world, workers: world.workers.map((each, index) => (index === at ? worker : each)) };
}
