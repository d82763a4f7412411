import type { SalesforceType } from '../../person/row.ts';
import { isFieldVisible } from '../../schema/hidden-fields.ts';
import { changeSchema } from '../context/schemas.ts';
import type { Ports } from '../ports/ports.ts';

export type PurgeOutcome =
  /** The next cycles remove the values. */
  | { readonly kind: 'asked' }
  /** The field is visible to API callers: values are edited, not purged. */
  | { readonly kind: 'visible' }
  /** No field with the name was ever seen. */
  | { readonly kind: 'unknown' };

/** Requests the removal of the values of a field hidden from the sync user. A repeated request starts over. */
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
