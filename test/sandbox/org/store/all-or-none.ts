import type { OrgState } from '../org-state.ts';

/** Runs `work`; where it throws, or `keep` says no to its result, nothing of it was saved or counted. */
export function allOrNone<T>(org: OrgState, work: () => T, keep: (result: T) => boolean = () => true): T {
  const { recordsCreated, recordsUpdated, recordsDeleted } = org.stats;
  return org.store.attempt(work, (outcome) => {
    if (outcome.kind === 'done' && keep(outcome.result)) return true;
    Object.assign(org.stats, { recordsCreated, recordsUpdated, recordsDeleted });
    return false;
  });
}
