import type { OrgState } from '../org-state.ts';

/** Something that a real org has or has not, switched by an administrator; rows that are there stay, unstamped. */
export interface Feature {
  readonly on: (org: OrgState) => void;
  readonly off: (org: OrgState) => void;
}
