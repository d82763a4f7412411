import type { OrgState } from '../org-state.ts';
import type { OrgUser } from '../standard-records.ts';

/** Clients are named like the user that they sign in as, and so are their secrets. */
export function userOfClient(org: OrgState, id: string | null): OrgUser | undefined {
  const { lockstep, admin } = org.standard;
  return [lockstep, admin].find((user) => user.name === id);
}
