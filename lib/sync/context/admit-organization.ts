import { ConfigError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * Lets the work go on where this is the org that the store belongs to; a new store belongs to the first org that is
 * named. The records of another org would look like new persons, and the known ones like deleted ones.
 */
export async function admitOrganization(state: Pick<Ports['state'], 'claimOrganization'>, organization: string) {
  const owner = await state.claimOrganization(organization);
  if (owner === organization) return;
  throw new ConfigError(
    `The credentials sign in to the org ${organization}, and the table belongs to ${owner}: sign in to ${owner}, or deploy with a new table`,
  );
}
