import type { Row, Value } from '../soql/source.ts';

const BOUNCE_FIELDS = ['EmailBouncedReason', 'EmailBouncedDate'] as const;

/**
 * A bounce concerns one address: another address starts without one, unless the same save says so. `IsEmailBounced`
 * says whether there is one.
 * {@link https://help.salesforce.com/s/articleView?id=000393553}
 */
export function followEmail(
  row: Record<string, Value>,
  { before, given }: { before: Row | undefined; given: ReadonlyMap<string, Value> },
): void {
  if (!('EmailBouncedReason' in row)) return;
  if (before && before.Email !== row.Email) {
    for (const name of BOUNCE_FIELDS) if (!given.has(name)) row[name] = null;
  }
  if ('IsEmailBounced' in row) row.IsEmailBounced = row.EmailBouncedReason !== null;
}
