import type { SalesforceType } from '../../person/row.ts';
import { isFieldVisible } from '../../schema/hidden-fields.ts';
import { changeSchema } from '../context/schemas.ts';
import type { Ports } from '../ports/ports.ts';

export type PurgeOutcome =
  /** The next cycles remove its values. */
  | { readonly kind: 'asked' }
  /** Its values are shown to everybody who may read here: they are edited, not purged. */
  | { readonly kind: 'visible' }
  /** No field of this name was ever seen. */
  | { readonly kind: 'unknown' };

/** Asks that the values of a field out of the sync user's sight be removed. Asking again begins anew. */
export async function purgeField(
  { state, clock }: Pick<Ports, 'state' | 'clock'>,
  type: SalesforceType,
  field: string,
): Promise<PurgeOutcome> {
  let outcome: PurgeOutcome = { kind: 'unknown' };
  await changeSchema({ state }, type, (stored) => {
    const gone = stored?.history.gone[field];
    if (stored !== undefined && isFieldVisible(stored, field)) outcome = { kind: 'visible' };
    if (stored === undefined || gone === undefined || outcome.kind === 'visible') return undefined;
    outcome = { kind: 'asked' };
    const asked = { ...gone, purge: { askedAt: clock.now(), endedAt: null } };
    return { ...stored, history: { ...stored.history, gone: { ...stored.history.gone, [field]: asked } } };
  });
  return outcome;
}
