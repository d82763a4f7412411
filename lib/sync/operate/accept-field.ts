import type { SalesforceType } from '../../person/row.ts';
import { type QuarantinedField, withAccepted } from '../../schema/field-history.ts';
import { changeSchema } from '../context/schemas.ts';
import type { Ports } from '../ports/ports.ts';

export type AcceptOutcome =
  /** The field syncs with the new type from now on; the next cycles read the values from every row. */
  { readonly kind: 'accepted'; readonly from: string; readonly to: string } | { readonly kind: 'notQuarantined' };

/** Accepts the new type of a field in quarantine. Stored values stay until the next read from Salesforce. */
export async function acceptField(
  ports: Pick<Ports, 'state'>,
  type: SalesforceType,
  field: string,
): Promise<AcceptOutcome> {
  let accepted: QuarantinedField | undefined;
  await changeSchema(ports, type, (stored) => {
    const next = stored && withAccepted(stored, field);
    if (stored === undefined || next === undefined) return undefined;
    accepted = stored.history.quarantined[field];
    return { ...stored, ...next };
  });
  // The field may already be accepted by the same call, if the answer to the save was lost.
  if (accepted === undefined) return { kind: 'notQuarantined' };
  return { kind: 'accepted', from: accepted.from.type, to: accepted.field.type };
}
