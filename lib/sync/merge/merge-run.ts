import { logged } from '../../person/edit-person.ts';
import { awaitsPush, type Person } from '../../person/person.ts';
import { type SalesforceType, successorOf } from '../../person/row.ts';
import type { ChangeMessage } from '../change-message.ts';
import { TransientError } from '../errors.ts';
import { inParallel } from '../in-parallel.ts';
import type { Ports } from '../ports/ports.ts';
import { type PushReport, pushPersons } from '../push/push-persons.ts';
import { joinPersons } from '../rows/absorb-persons.ts';
import { addsTo, applyRow } from '../rows/apply-row.ts';
import { absorbMerged, goneRows } from '../rows/gone-rows.ts';
import { STORE_PARALLELISM } from '../rows/read-leased.ts';
import { refreshPersons } from '../rows/refresh-persons.ts';
import { type Owner, resolvePersons } from '../rows/resolve-persons.ts';
import { NO_RIVALS, type RowTaken, rivalsOf } from '../rows/rivals.ts';
import type { Schemas } from '../schemas.ts';
import { type Arrival, arrivalsOf, type Delivery, readArrival } from './arrivals.ts';
import { cameLately } from './came-lately.ts';
import { type FailedRow, isArrival, packFailedRows } from './pack-failed-rows.ts';

export interface MergeReport {
  /** Deliveries that must come again, by id. */
  readonly retry: readonly string[];
  readonly rows: number;
  readonly changed: number;
  /** Fields that both sides had changed, in rows and in pushes. */
  readonly conflicts: number;
  /** Salesforce API calls. */
  readonly calls: number;
  readonly push: PushReport;
  /** Why rows or messages must come again; the first of the causes. */
  readonly error: unknown;
}

/** One batch of messages on its way into the store, with what has come of it so far. */
export class MergeRun {
  #rows = 0;
  #changed = 0;
  #conflicts = 0;
  #error: unknown = null;
  readonly #retry = new Set<string>();
  readonly #failed: FailedRow[] = [];
  readonly #toPush = new Map<string, Person>();
  readonly #toPushMass = new Map<string, Person>();
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
   * Rows with a few of their columns add to persons who know them at that stamp; any other row that lives is read in
   * full.
   */
  async mergePartial(arrivals: readonly Arrival[]): Promise<void> {
    const owners = await this.#owners(arrivals);
    const adds = ({ row }: Arrival): boolean => addsTo(owners.get(row.id)?.person, row);
    await this.#applyAll(arrivals.filter(adds), owners);
    const others = arrivals.filter((arrival) => owners.has(arrival.row.id) && !adds(arrival));
    await this.#readAll(others.filter(({ row }) => !row.isDeleted && !row.isConverted));
  }

  async #applyAll(arrivals: readonly Arrival[], owners: ReadonlyMap<string, Owner>): Promise<void> {
    const toRead: Arrival[] = [];
    await inParallel(arrivals, STORE_PARALLELISM, async (arrival) => {
      const owner = owners.get(arrival.row.id);
      if (owner !== undefined && (await this.#apply(arrival, owner)) === 'mustBeRead') toRead.push(arrival);
    });
    await this.#readAll(toRead);
  }

  async #readAll(arrivals: readonly Arrival[]): Promise<void> {
    for (const type of ['Lead', 'Contact'] as const) {
      const ofType = arrivals.filter((arrival) => arrival.type === type);
      if (ofType.length > 0) await this.#readArrivals(type, ofType);
    }
  }

  /** Persons of a message that carries no values, or none that count any more. */
  async readAgain(delivery: Delivery, message: ChangeMessage): Promise<void> {
    try {
      if (message.kind === 'pending') {
        const persons = await this.#ports.persons.getMany(message.personIds);
        const queue = message.mass === true ? this.#toPushMass : this.#toPush;
        for (const person of persons.values()) queue.set(person.personId, person);
        return;
      }
      const ids =
        message.kind === 'refresh'
          ? message.ids
          : arrivalsOf(delivery, message, this.#schemas).map((arrival) => arrival.row.id);
      const left = await this.#read(message.type, ids, () => delivery);
      if (left.length > 0) this.#error ??= busy();
      this.#failed.push(...left.map((id) => ({ delivery, row: { id } })));
    } catch (error) {
      this.fail(delivery, error);
    }
  }

  /** Rows that failed leave their message, so that the rest of it is not delivered again. */
  async queueFailedAgain(): Promise<void> {
    const byDelivery = Map.groupBy(this.#failed, ({ delivery }) => delivery);
    for (const [delivery, failed] of byDelivery) {
      const bodies = this.#retry.has(delivery.id) ? [] : [...packFailedRows(delivery, failed)];
      if (bodies.length === 0) {
        this.#retry.add(delivery.id);
        if (delivery.lastTry) for (const each of failed) if (isArrival(each)) await this.#tellUnmerged(each);
        continue;
      }
      try {
        await this.#ports.queue.send(bodies);
      } catch (error) {
        this.fail(delivery, error);
      }
    }
  }

  async push(): Promise<PushReport> {
    const mass = [...this.#toPushMass.values()].filter(({ personId }) => !this.#toPush.has(personId));
    return pushPersons(this.#ports, this.#schemas, { guarded: [...this.#toPush.values()], mass });
  }

  report(push: PushReport, calls: number): MergeReport {
    const conflicts = this.#conflicts + push.conflicts;
    return {
      retry: [...this.#retry],
      rows: this.#rows,
      changed: this.#changed,
      conflicts,
      calls,
      push,
      error: this.#error,
    };
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

  async #apply(arrival: Arrival, owner: Owner): Promise<'done' | 'mustBeRead'> {
    this.#rows += 1;
    try {
      const { row, type, newer, fresh, partial } = arrival;
      const joined = await this.#joined(arrival, owner);
      const change = { row, owner: joined, object: this.#schemas[type], newer, fresh, partial };
      const applied = await applyRow(this.#ports, change);
      if (applied.mustBeRead) return 'mustBeRead';
      if (applied.person === undefined) return 'done';
      if (applied.tookRow !== null || cameLately(arrival, applied.person)) {
        await this.#joinRivals({ person: applied.person, row, insteadOf: applied.tookRow?.insteadOf });
      }
      this.#conflicts += applied.conflicts.length;
      if (applied.person.version !== owner.person?.version) this.#changed += 1;
      this.#note(applied.person);
    } catch (error) {
      this.#error ??= error;
      this.#failed.push(arrival);
    }
    return 'done';
  }

  /** The owner, once all others who stand for the row, or were on their way into its person, are one with it. */
  async #joined({ row }: Arrival, owner: Owner): Promise<Owner> {
    if (owner.unjoined.length === 0) return owner;
    if (!(await joinPersons(this.#ports, this.#schemas, owner.person, owner.unjoined))) throw busy();
    return (await resolvePersons(this.#ports.persons, [row])).get(row.id) ?? owner;
  }

  #note(person: Person): void {
    if (awaitsPush(person)) this.#toPush.set(person.personId, person);
  }

  /** Others who came to stand for the row while this person did, and this one, become one. */
  async #joinRivals(taken: RowTaken): Promise<void> {
    const { standing, unabsorbed, coming } = await rivalsOf(this.#ports, taken);
    const open = [...standing, ...unabsorbed];
    if (coming || !(await joinPersons(this.#ports, this.#schemas, taken.person, open))) throw busy();
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

  async #readArrivals(type: SalesforceType, arrivals: readonly Arrival[]): Promise<void> {
    const byId = new Map(arrivals.map((arrival) => [arrival.row.id, arrival]));
    let left: readonly string[] = [...byId.keys()];
    try {
      // A row that was just read, and found to need it once more, has changed since: its message comes again.
      const fresh = arrivals.filter((arrival) => arrival.fresh).map((arrival) => arrival.row.id);
      const old = left.filter((id) => !fresh.includes(id));
      left = [...fresh, ...(await this.#read(type, old, (id) => (byId.get(id) ?? arrivals[0])?.delivery))];
      if (left.length > 0) this.#error ??= busy();
    } catch (error) {
      this.#error ??= error;
    }
    for (const id of left) this.#failed.push(...arrivals.filter((arrival) => arrival.row.id === id));
  }

  /**
   * Reads rows as they are now: those of known persons under their lease, the others as if they had just arrived.
   * Answers the rows that must come again, because somebody else has their persons now.
   */
  async #read(
    type: SalesforceType,
    ids: readonly string[],
    deliveryOf: (id: string) => Delivery | undefined,
  ): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    const object = this.#schemas[type];
    const records = await this.#ports.records.read(type, ids, object.columns);
    const rows = [...records].flatMap(([id, record]) => {
      const delivery = deliveryOf(id);
      return delivery === undefined ? [] : readArrival(delivery, object, record);
    });
    const owners = await resolvePersons(
      this.#ports.persons,
      rows.map(({ row }) => row),
    );
    const personOf = ({ row }: Arrival) => owners.get(row.id)?.person;
    const isOwn = (arrival: Arrival) => personOf(arrival)?.salesforce?.id === arrival.row.id;
    const unjoined = await this.#joinOwners(rows.filter(isOwn), owners);
    const own = rows.filter((arrival) => isOwn(arrival) && !isKnown(arrival, personOf(arrival)));
    const gone = await goneRows(
      this.#ports.persons,
      ids.filter((id) => !records.has(id)),
    );
    const persons = [...own.flatMap((arrival) => personOf(arrival) ?? []), ...gone.flatMap(({ holders }) => holders)];
    const { persons: refreshed, error } = await refreshPersons(this.#ports, this.#schemas, persons);
    this.#error ??= error;
    for (const person of refreshed.values()) this.#note(person);
    await this.merge(rows.filter((arrival) => !isOwn(arrival)));
    const unread = persons.flatMap(({ personId, salesforce }) =>
      refreshed.has(personId) ? [] : (salesforce?.id ?? []),
    );
    return [...unjoined, ...unread, ...(await absorbMerged(this.#ports, this.#schemas, gone))];
  }

  /**
   * Makes one of persons and the others who stand for their rows; answers the rows for which it could not be done yet.
   */
  async #joinOwners(arrivals: readonly Arrival[], owners: ReadonlyMap<string, Owner>): Promise<readonly string[]> {
    const left = await inParallel(arrivals, STORE_PARALLELISM, async (arrival) => {
      const { row } = arrival;
      const { person, unjoined = [] } = owners.get(row.id) ?? {};
      const isLate = person !== undefined && cameLately(arrival, person);
      const rivals = isLate ? await rivalsOf(this.#ports, { person, row }) : NO_RIVALS;
      const open = [...unjoined, ...rivals.standing, ...rivals.unabsorbed];
      const isDone = await joinPersons(this.#ports, this.#schemas, person, open);
      return isDone && !rivals.coming ? [] : [row.id];
    });
    return left.flat();
  }
}

/** Whether the person knows of the deletion that the row tells of, and nothing more is to be done. */
function isKnown({ row }: Arrival, person: Person | undefined): boolean {
  const link = person?.salesforce;
  if (!row.isDeleted || !link?.isDeleted || successorOf(row) !== null) return false;
  return link.systemModstamp >= row.systemModstamp && person?.lease === null;
}

function busy(): Error {
  return new TransientError('BUSY', 'a person is busy; its row is read again later');
}
