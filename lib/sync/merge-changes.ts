import { logged } from '../person/edit-person.ts';
import { awaitsPush, type Person, type SalesforceType } from '../person/person.ts';
import { rowOfValues } from '../schema/record.ts';
import { addsTo, applyRow } from './apply-row.ts';
import { type Arrival, arrivalsOf, type Delivery, isLinked, newestOfEach, queuedRow } from './arrivals.ts';
import { type ChangeMessage, packIds, packRows } from './change-message.ts';
import { TransientError } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { msBetween } from './ports/clock.ts';
import type { Ports } from './ports/ports.ts';
import { type PushReport, pushPersons } from './push-persons.ts';
import { refreshPersons, STORE_PARALLELISM } from './refresh-persons.ts';
import { type Owner, resolvePersons } from './resolve-persons.ts';
import { loadSchemas, type Schemas } from './schemas.ts';

export interface MergeReport {
  /** Deliveries that must come again, by id. */
  readonly retry: readonly string[];
  readonly rows: number;
  readonly changed: number;
  readonly push: PushReport;
  /** Why rows or messages must come again; the first of the causes. */
  readonly error: unknown;
}

/**
 * A message older than this (our clock) is not merged from its values but read again: a newer state of its rows may
 * have come and gone without leaving a trace.
 */
export const FRESH_MESSAGE_MS = 10 * 60_000;

type RowsMessage = Extract<ChangeMessage, { readonly kind: 'rows' }>;

/**
 * Merges a batch of messages into the store, then pushes what is pending. A delivery is done when all it holds is
 * stored; of a delivery with several rows only those that failed are queued again, on their own, so that one bad
 * record holds back no other.
 */
export async function mergeChanges(ports: Ports, deliveries: readonly Delivery[]): Promise<MergeReport> {
  const callsBefore = ports.feed.usage().calls;
  const schemas = await loadSchemas(ports);
  const run = new MergeRun(ports, schemas);
  const now = ports.clock.now();
  const arrivals: Arrival[] = [];
  for (const delivery of deliveries) {
    const { message } = delivery;
    if (message === undefined) run.fail(delivery, new Error('a message that is none of ours'));
    else if (message.kind === 'rows' && msBetween(message.queuedAt, now) < FRESH_MESSAGE_MS) {
      arrivals.push(...arrivalsOf(delivery, message, schemas));
    } else await run.readAgain(delivery, message);
  }
  await run.merge(newestOfEach(arrivals.filter(({ partial }) => !partial)));
  await run.mergePartial(newestOfEach(arrivals.filter(({ partial }) => partial)));
  await run.queueFailedAgain();
  const push = await run.push();
  const counts = { pushed: push.pushed, rejected: push.rejected, calls: ports.feed.usage().calls - callsBefore };
  if (counts.pushed + counts.rejected + counts.calls > 0) await ports.state.countMerges(counts);
  return run.report(push);
}

class MergeRun {
  #rows = 0;
  #changed = 0;
  #error: unknown = null;
  readonly #retry = new Set<string>();
  readonly #failed: Arrival[] = [];
  readonly #toPush = new Map<string, Person>();
  readonly #ports: Ports;
  readonly #schemas: Schemas;

  constructor(ports: Ports, schemas: Schemas) {
    this.#ports = ports;
    this.#schemas = schemas;
  }

  fail(delivery: Delivery, error: unknown): void {
    this.#retry.add(delivery.id);
    this.#error ??= error;
  }

  async merge(arrivals: readonly Arrival[]): Promise<void> {
    await this.#applyAll(arrivals, await this.#owners(arrivals));
  }

  /**
   * Rows with a few of their columns add to persons who know them at that stamp; any other row that lives is read in full.
   */
  async mergePartial(arrivals: readonly Arrival[]): Promise<void> {
    const owners = await this.#owners(arrivals);
    const adds = ({ row }: Arrival): boolean => addsTo(owners.get(row.id)?.person, row);
    await this.#applyAll(arrivals.filter(adds), owners);
    const others = arrivals.filter((arrival) => owners.has(arrival.row.id) && !adds(arrival));
    const living = others.filter(({ row }) => !row.isDeleted && !row.isConverted);
    for (const [delivery, rows] of Map.groupBy(living, (arrival) => arrival.delivery)) {
      const { type } = rows[0] as Arrival;
      await this.#readRowsOrFail(
        delivery,
        type,
        rows.map(({ row }) => row.id),
      );
    }
  }

  async #applyAll(arrivals: readonly Arrival[], owners: ReadonlyMap<string, Owner>): Promise<void> {
    await inParallel(arrivals, STORE_PARALLELISM, async (arrival) => {
      const owner = owners.get(arrival.row.id);
      if (owner === undefined) return;
      if (owner.isSecond === true && arrival.readNow !== true) {
        const { delivery, type, row } = arrival;
        await this.readAgain(delivery, { kind: 'refresh', type, queuedAt: '', ids: [row.id] });
      } else await this.#apply(arrival, owner);
    });
  }

  /** Persons of a message that carries no values, or none that count any more. */
  async readAgain(delivery: Delivery, message: ChangeMessage): Promise<void> {
    if (message.kind === 'pending') return this.#readPersons(delivery, message.personIds);
    const ids =
      message.kind === 'refresh'
        ? message.ids
        : arrivalsOf(delivery, message, this.#schemas).map((arrival) => arrival.row.id);
    return this.#readRowsOrFail(delivery, message.type, ids);
  }

  async #readPersons(delivery: Delivery, personIds: readonly string[]): Promise<void> {
    try {
      const persons = await this.#ports.persons.getMany(personIds);
      for (const person of persons.values()) this.#toPush.set(person.personId, person);
    } catch (error) {
      this.fail(delivery, error);
    }
  }

  async #readRowsOrFail(delivery: Delivery, type: SalesforceType, ids: readonly string[]): Promise<void> {
    try {
      await this.#readRows(delivery, type, ids);
    } catch (error) {
      this.fail(delivery, error);
    }
  }

  /** Rows that failed leave their message, so that the rest of it is not delivered again. */
  async queueFailedAgain(): Promise<void> {
    const byDelivery = Map.groupBy(this.#failed, (arrival) => arrival.delivery);
    for (const [delivery, failed] of byDelivery) {
      const { message } = delivery;
      if (message?.kind !== 'rows' || message.rows.length === 1) {
        this.#retry.add(delivery.id);
        if (delivery.lastTry) for (const arrival of failed) await this.#tellUnmerged(arrival);
        continue;
      }
      try {
        // One row a message: a row that never succeeds reaches the dead-letter queue alone.
        const bodies = failed.flatMap((arrival) => [...packedAlone(message, arrival)]);
        await this.#ports.queue.send(bodies);
      } catch (error) {
        this.fail(delivery, error);
      }
    }
  }

  async push(): Promise<PushReport> {
    return pushPersons(this.#ports, this.#schemas, [...this.#toPush.values()]);
  }

  report(push: PushReport): MergeReport {
    return { retry: [...this.#retry], rows: this.#rows, changed: this.#changed, push, error: this.#error };
  }

  async #owners(arrivals: readonly Arrival[]): Promise<ReadonlyMap<string, Owner>> {
    if (arrivals.length === 0) return new Map();
    try {
      return await resolvePersons(
        this.#ports.persons,
        arrivals.map(({ row }) => row),
      );
    } catch (error) {
      for (const { delivery } of arrivals) this.fail(delivery, error);
      return new Map();
    }
  }

  async #apply(arrival: Arrival, owner: Owner): Promise<void> {
    this.#rows += 1;
    try {
      const { row, type, newer, partial } = arrival;
      const object = this.#schemas[type];
      const applied = await applyRow(this.#ports, { row, owner, object, newer, partial });
      if (applied.person === undefined) return;
      if (applied.person.version !== owner.person?.version) this.#changed += 1;
      if (awaitsPush(applied.person)) this.#toPush.set(applied.person.personId, applied.person);
    } catch (error) {
      this.#error ??= error;
      this.#failed.push(arrival);
    }
  }

  /** The person says that its row could not be taken over, if it can be told at all. */
  async #tellUnmerged({ row }: Arrival): Promise<void> {
    try {
      const owner = (await resolvePersons(this.#ports.persons, [row])).get(row.id);
      if (owner?.person === undefined) return;
      const message = 'What Salesforce holds could not be stored; it waits in the dead-letter queue';
      const detail = { code: 'NOT_MERGED', message, fields: [], values: {} };
      const told = logged(owner.person, [{ type: 'rejected', direction: 'pull', detail }], this.#ports.clock.now());
      await this.#ports.persons.update(owner.person, told);
    } catch (error) {
      this.#error ??= error;
    }
  }

  /** Reads rows as they are now: those of known persons under their lease, the others as if they had just arrived. */
  async #readRows(delivery: Delivery, type: SalesforceType, ids: readonly string[]): Promise<void> {
    const object = this.#schemas[type];
    const records = await this.#ports.records.read(type, ids, object.columns);
    const rows = [...records.values()].map((record) => {
      const values = object.columns.map((column) => record[column] ?? null);
      return {
        delivery,
        type,
        columns: object.columns,
        values,
        partial: false,
        newer: true,
        readNow: true,
        row: rowOfValues(object.schema, object.columns, values),
      };
    });
    const owners = await resolvePersons(
      this.#ports.persons,
      rows.map(({ row }) => row),
    );
    const known = rows
      .filter((arrival) => isLinked(arrival, owners))
      .flatMap(({ row }) => owners.get(row.id)?.person ?? []);
    const { persons: refreshed, error } = await refreshPersons(this.#ports, this.#schemas, known);
    for (const person of refreshed.values()) if (awaitsPush(person)) this.#toPush.set(person.personId, person);
    if (refreshed.size < known.length) this.fail(delivery, error ?? new TransientError('BUSY', 'a person is busy'));
    await this.merge(rows.filter((arrival) => !isLinked(arrival, owners)));
  }
}

/** A row that was read now has the columns of now, not those of its message: it is named, to be read again. */
function packedAlone(message: RowsMessage, arrival: Arrival): Generator<string> {
  const { type, queuedAt } = message;
  return arrival.readNow === true
    ? packIds({ kind: 'refresh', type, queuedAt }, [arrival.row.id])
    : packRows(message, [queuedRow(arrival)]);
}
