import { foldPersons } from '../../person/absorb-person.ts';
import type { Person } from '../../person/person.ts';
import type { Row, RowName } from '../../person/row.ts';
import type { Schemas } from '../schemas.ts';
import { absorbOthers } from './absorb-persons.ts';
import { claimRow } from './claim-row.ts';
import { queueRefresh } from './queue-refresh.ts';
import type { RefreshPorts } from './read-leased.ts';
import { type Owner, resolvePersons } from './resolve-persons.ts';
import { rivalsOf } from './rivals.ts';
import { partsOf } from './take-over.ts';

/** A row that a person under our lease is about to take, and who else leads there. */
export interface MetRow {
  readonly row: Row;
  readonly owner: Owner | undefined;
  /** Whom the row is linked to. */
  readonly linkedId: string | undefined;
  /** Who became a part of the person on account of the row, and is yet to be absorbed. */
  readonly parts: readonly Person[];
}

export async function meetRow({ persons }: RefreshPorts, person: Person, row: Row): Promise<MetRow> {
  // The link first: whoever claims the row after this is noticed.
  const linkedId = (await persons.linksOf([row.id])).get(row.id);
  const owner = (await resolvePersons(persons, [row])).get(row.id);
  return { row, owner, linkedId, parts: await partsOf(persons, person, owner?.unjoined ?? []) };
}

/** A person under our lease who takes a row. */
export interface Taker {
  /** As stored. */
  readonly person: Person;
  /** With the values that its own row had last. */
  readonly own: Person;
  /** The stamp with which its own row went; empty where it had none. */
  readonly goneAt: string;
  /** No message leads here that would come again: whoever dies halfway has to leave one. */
  readonly isUntold: boolean;
  /** A row that leads to the person, where it stands for none. */
  readonly wayIn?: RowName | undefined;
}

export type RowTaking =
  /** The person is to be stored as standing for the row, with these parts absorbed, in the next write. */
  | { readonly kind: 'taken'; readonly parts: readonly Person[] }
  /** The person is a part of this one now, yet to be absorbed. */
  | { readonly kind: 'merged'; readonly into: string }
  /** Somebody else has the row, or is on the way to it. */
  | { readonly kind: 'contended' };

/**
 * Claims the row: a person who is made of it after this finds the claim, and one who was made of it before and the
 * taker become one. A link that leads to the taker by way of a part stays, for it is what tells of that one.
 */
export async function takeRow(ports: RefreshPorts, schemas: Schemas, taker: Taker, met: MetRow): Promise<RowTaking> {
  const { row, owner, linkedId, parts } = met;
  const { person } = taker;
  if (!(await absorbOthers(ports, schemas, owner?.unjoined ?? [], parts))) return { kind: 'contended' };
  const isLinked = parts.some(({ personId }) => personId === linkedId);
  const claim = isLinked ? 'claimed' : await claimRow(ports, row.id, person.personId, linkedId);
  if (claim !== 'claimed') return { kind: 'contended' };
  const [rival] = (await rivalsOf(ports, { person, row, insteadOf: linkedId })).standing;
  return rival === undefined ? { kind: 'taken', parts } : foldWith(ports, taker, rival, parts);
}

/** Makes one of the taker and another who stands for the row, or for one on the way to it. */
export async function foldWith(
  ports: Pick<RefreshPorts, 'persons' | 'clock' | 'queue'>,
  { person, own, goneAt, isUntold, wayIn }: Taker,
  holder: Person,
  parts: readonly Person[] = [],
): Promise<RowTaking> {
  // Until the next write either the holder's row is nobody's, or the taker is a part that nothing tells of.
  const ways = [holder.salesforce, person.salesforce ?? wayIn].flatMap((name) => name ?? []);
  if (isUntold) await queueRefresh(ports, ways);
  const { survivor, frozen } = foldPersons(own, holder, ports.clock.now(), goneAt);
  const outcome = await ports.persons.update(survivor === holder ? person : holder, frozen);
  if (outcome.kind !== 'written') return { kind: 'contended' };
  if (survivor === holder) return { kind: 'merged', into: holder.personId };
  return { kind: 'taken', parts: [...parts, outcome.person] };
}
