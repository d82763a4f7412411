import { isLeased } from '../../person/person.ts';
import type { Ports } from '../ports/ports.ts';
import { standsFor } from './resolve-persons.ts';

export type RowClaim =
  | 'claimed'
  /** Somebody else stands for the row by now, or has claimed it meanwhile. */
  | 'outrun'
  /** Whom the row was linked to is under a lease, and may be on the way to it. */
  | 'busy';

/**
 * Links a row to a person who is to stand for it, so that everybody who meets it from then on finds that one.
 * `insteadOf` is whom it was linked to when that was asked.
 */
export async function claimRow(
  { persons, clock }: Pick<Ports, 'persons' | 'clock'>,
  rowId: string,
  personId: string,
  insteadOf: string | undefined,
): Promise<RowClaim> {
  const isAnothers = insteadOf !== undefined && insteadOf !== personId;
  const other = isAnothers ? await persons.get(insteadOf) : undefined;
  if (other !== undefined && standsFor(other, { id: rowId })) return 'outrun';
  if (other !== undefined && isLeased(other, clock.now())) return 'busy';
  return (await persons.claimRow(rowId, personId, insteadOf)) === personId ? 'claimed' : 'outrun';
}
