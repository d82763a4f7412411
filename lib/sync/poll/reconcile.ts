import type { LinkedPerson } from '../../person/person.ts';
import type { SalesforceType } from '../../person/row.ts';
import { packIds } from '../change-message.ts';
import { loadSchemas, type Schemas } from '../context/schemas.ts';
import { ReconciliationHeldError } from '../errors.ts';
import { TIME_TO_STOP_MS } from '../ports/deadline.ts';
import { type FeedState, windowStart } from '../state/feed-state.ts';
import {
  driftOf,
  endedReconciliation,
  isImplausible,
  plannedReconciliation,
  type Reconciliation,
  type ReconciliationBook,
} from '../state/reconciliation.ts';
import { differingValues } from './compare-values.ts';
import type { CycleRun } from './cycle-run.ts';

/** Rows per message: the merge reads a message's rows together. */
const ROWS_PER_MESSAGE = 1000;

/** The feed state of every object with a completely read window. */
export type FeedsRead = ReadonlyMap<SalesforceType, FeedState>;

/**
 * Performs some steps of a requested or due reconciliation, up to the configured number per cycle. Progress is saved
 * after every step, once drifted rows are durably queued; unsaved steps are repeated. Throws `ReconciliationHeldError`
 * where too many records are missing.
 */
export async function reconcile(run: CycleRun, feeds: FeedsRead): Promise<Reconciled> {
  const { ports, settings, cycle, timeLeftMs } = run;
  const [stored, asks] = await Promise.all([ports.state.loadReconciliations(), ports.state.reconciliationAsks()]);
  let book = plannedReconciliation(stored, asks, settings.reconcileDays, ports.clock.now());
  if (book !== stored) await ports.state.saveReconciliations(book, cycle);
  let drifted = 0;
  let compared = 0;
  if (book.running === null) return { compared, drifted, held: book.last?.held === true };
  const reads = { feeds, schemas: await loadSchemas(ports) };
  for (let step = 0; step < settings.reconcileStepsPerCycle && timeLeftMs() > TIME_TO_STOP_MS; step += 1) {
    if (book.running === null) break;
    const next = await compareNext(run, reads, book, book.running);
    drifted += next.drifted;
    compared += next.compared;
    book = next.book;
    await ports.state.saveReconciliations(book, cycle);
    if (next.implausible) throw new ReconciliationHeldError(implausible(book));
  }
  return { compared, drifted, held: book.last?.held === true };
}

/** Result of a cycle's reconciliation steps. */
export interface Reconciled {
  /** Persons compared, and rows found missing or different. */
  readonly compared: number;
  readonly drifted: number;
  /** The last ended reconciliation was held. */
  readonly held: boolean;
}

interface Step {
  readonly book: ReconciliationBook;
  readonly compared: number;
  readonly drifted: number;
  readonly implausible: boolean;
}

/** Compares the next persons and enqueues drifted rows: first by stamps, in one call, then by values. */
async function compareNext(
  run: CycleRun,
  { feeds, schemas }: { readonly feeds: FeedsRead; readonly schemas: Schemas },
  book: ReconciliationBook,
  from: Reconciliation,
): Promise<Step> {
  const { ports } = run;
  const callsBefore = ports.feed.usage().calls;
  const { items, cursor } = await ports.persons.linked(ports.feed.maxStamps, from.after);
  const persons = items.filter(({ salesforce }) => feeds.has(salesforce.type));
  const stamps =
    persons.length === 0 ? new Map() : await ports.feed.stamps(persons.map(({ salesforce }) => salesforce));
  const drifted = { missing: [] as LinkedPerson[], changed: [] as LinkedPerson[] };
  const alike: LinkedPerson[] = [];
  for (const person of persons) {
    const stamp = stamps.get(person.salesforce.id);
    const drift = driftOf(person, stamp, fedFrom(run, feeds, person), from.acceptMissing);
    if (drift !== undefined) drifted[drift].push(person);
    else if (stamp === person.salesforce.systemModstamp) alike.push(person);
  }
  const different = await differingValues(ports, schemas, alike);
  const behind = leftBehind(persons, [...drifted.missing, ...drifted.changed]);
  const looked: Reconciliation = {
    ...from,
    after: cursor,
    calls: from.calls + ports.feed.usage().calls - callsBefore,
    persons: from.persons + persons.length,
    missing: from.missing + drifted.missing.length,
    changed: from.changed + drifted.changed.length,
    different: from.different + different.length,
  };
  const now = ports.clock.now();
  const ended = (held: boolean) => endedReconciliation(book, looked, { held, now });
  const compared = persons.length;
  if (isImplausible(looked)) return { book: ended(true), compared, drifted: 0, implausible: true };
  const found = [...drifted.changed, ...different];
  await handOut(run, drifted.missing, from.acceptMissing);
  await handOut(run, [...found, ...behind], false);
  const next = cursor === null ? ended(false) : { ...book, running: looked };
  return { book: next, compared, drifted: drifted.missing.length + found.length, implausible: false };
}

/**
 * Persons whose row has to be read once more although no stamp says so: persons of a merged or converted row, whose
 * successor was out of the sync user's sight before, and persons parked as unreadable, whose row may be in sight again as
 * a deleted row.
 */
function leftBehind(persons: readonly LinkedPerson[], drifted: readonly LinkedPerson[]): LinkedPerson[] {
  return persons.filter((person) => {
    return (person.isUnseen || person.salesforce.successor !== undefined) && !drifted.includes(person);
  });
}

function fedFrom(run: CycleRun, feeds: FeedsRead, { salesforce }: LinkedPerson): string {
  const feed = feeds.get(salesforce.type);
  return feed === undefined ? '' : windowStart(feed, run.settings.lookbackSeconds);
}

/** `isGone`: unreadable rows count as deleted. */
async function handOut({ ports, cycle }: CycleRun, persons: readonly LinkedPerson[], isGone: boolean): Promise<void> {
  const byType = Map.groupBy(persons, ({ salesforce }) => salesforce.type);
  for (const [type, ofType] of byType) {
    const common = { type, queuedAt: ports.clock.now(), cycle: cycle.number };
    const envelope = { kind: 'refresh', ...common, known: true, ...(isGone && { gone: true as const }) } as const;
    const ids = ofType.map(({ salesforce }) => salesforce.id);
    await ports.backlog.send([...packIds(envelope, ids, ROWS_PER_MESSAGE)]);
  }
}

function implausible({ last }: ReconciliationBook): string {
  return (
    `${last?.missing} of ${last?.persons} records cannot be read: deleted, or out of the sync user's sight. ` +
    'No change was made for the missing records; reconcile with acceptMissing if the records were deleted'
  );
}
