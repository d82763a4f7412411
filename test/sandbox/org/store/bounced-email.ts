import type { Row, Value } from '../soql/source.ts';

interface Saving {
  readonly before: Row | undefined;
  readonly given: ReadonlyMap<string, Value>;
}

/**
 * A bounce concerns one address: another address starts without one, unless the same save says so. `IsEmailBounced`
 * says whether there is one. A person account has the same fields behind `Person`.
 * {@link https://help.salesforce.com/s/articleView?id=000393553}
 */
export function followEmail(row: Record<string, Value>, saving: Saving): void {
  for (const prefix of ['', 'Person']) {
    if (`${prefix}EmailBouncedReason` in row) forgetBounce(row, prefix, saving);
  }
  if ('IsEmailBounced' in row) row.IsEmailBounced = row.EmailBouncedReason !== null;
}

function forgetBounce(row: Record<string, Value>, prefix: string, { before, given }: Saving): void {
  if (!before || before[`${prefix}Email`] === row[`${prefix}Email`]) return;
  for (const name of [`${prefix}EmailBouncedReason`, `${prefix}EmailBouncedDate`]) {
    if (!given.has(name)) row[name] = null;
  }
}
