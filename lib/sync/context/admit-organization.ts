import { ConfigError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * Accepts only the store's org; a new store accepts the first org. Records of a different org would look like new
 * persons, and known records like deleted records.
 */
export async function admitOrganization(state: Pick<Ports['state'], 'claimOrganization'>, organization: string) {
  const owner = await state.claimOrganization(organization);
  if (owner === organization) return;
  throw new ConfigError(
    `The credentials sign in to the org ${organization}, and the table belongs to ${owner}: sign in to ${owner}, or deploy with a new table`,
  );
}
