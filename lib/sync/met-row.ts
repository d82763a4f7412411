import type { Person } from '../person/person.ts';
import type { Row } from '../person/row.ts';
import { absorbOthers } from './absorb-persons.ts';
import { claimRow } from './claim-row.ts';
import type { RefreshPorts } from './read-leased.ts';
import { type Owner, resolvePersons } from './resolve-persons.ts';
import { rivalsOf } from './rivals.ts';
import type { Schemas } from './schemas.ts';
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

export type MetClaim =
  | { readonly kind: 'claimed' }
  /** A person was made of the row before it was claimed, and stands for it. */
  | { readonly kind: 'rival'; readonly rival: Person }
  /** Somebody else has the row, or is on the way to it. */
  | { readonly kind: 'contended' };

/**
 * Claims the row for the person, who is to be stored as standing for it, with the parts absorbed, in the next write. A
 * link that leads to the person by way of a part stays, for it is what tells of that one. A person who is made of the row
 * after this finds the claim.
 */
export async function claimMetRow(
  ports: RefreshPorts,
  schemas: Schemas,
  person: Person,
  met: MetRow,
): Promise<MetClaim> {
  const { row, owner, linkedId, parts } = met;
  if (!(await absorbOthers(ports, schemas, owner?.unjoined ?? [], parts))) return { kind: 'contended' };
  const isLinked = parts.some(({ personId }) => personId === linkedId);
  const claim = isLinked ? 'claimed' : await claimRow(ports, row.id, person.personId, linkedId);
  if (claim !== 'claimed') return { kind: 'contended' };
  const [rival] = (await rivalsOf(ports, { person, row, insteadOf: linkedId })).standing;
  return rival === undefined ? { kind: 'claimed' } : { kind: 'rival', rival };
}
