import type { Rejection } from '../../person/activity.ts';
import { logged } from '../../person/edit-person.ts';
import type { Person } from '../../person/person.ts';
import type { Ports } from '../ports/ports.ts';
import type { ListOutcome } from '../state/list-job.ts';
import type { Candidate, SyncOutcome } from '../sync-person/person-sync.ts';
import type { SyncEnd } from './sync-together.ts';

/** Result of a sync within a list; undefined: retry the person. */
const OUTCOMES: Readonly<Record<Exclude<SyncOutcome['kind'], 'synced'>, ListOutcome | undefined>> = {
  rejected: 'rejected',
  ambiguousMatch: 'ambiguous',
  recordNotVisible: 'rejected',
  notFound: 'failed',
  deletedHere: 'failed',
  contactNotAssignable: 'failed',
  mergedAway: undefined,
  busy: undefined,
  unavailable: undefined,
  limit: undefined,
};

/** Result of a person since the job began (ISO). After a crash the sync may be recorded only in the person's log. */
export function outcomeOf(end: SyncEnd, since: string): ListOutcome | undefined {
  if (end.status === 'rejected') return undefined;
  const { value } = end;
  if (value.kind !== 'synced') return OUTCOMES[value.kind];
  return value.outcome === 'unchanged' ? loggedOutcome(value.person, since) : value.outcome;
}

function loggedOutcome({ log }: Person, since: string): ListOutcome {
  const recent = log.recent.filter(({ at }) => at >= since);
  const pushes = recent.filter(({ type }) => type === 'syncedToSalesforce');
  if (pushes.some(({ detail }) => 'created' in detail && detail.created === true)) return 'created';
  if (recent.some(({ type }) => type === 'linked')) return 'linked';
  return pushes.length > 0 ? 'updated' : 'unchanged';
}

/** Logs why the person is not in Salesforce, unless logged by the sync. Returns whether the reason is logged. */
export async function logUnsynced(
  { persons, clock }: Pick<Ports, 'persons' | 'clock'>,
  personId: string,
  { end, isLastTry }: { readonly end: SyncEnd; readonly isLastTry: boolean },
): Promise<boolean> {
  const rejection = rejectionToLog(end, isLastTry);
  if (rejection === undefined) return true;
  const person = await persons.get(personId);
  if (person === undefined || isLogged(person, rejection)) return true;
  const happening = { type: 'rejected', direction: 'push', detail: { ...rejection, values: {} } } as const;
  const outcome = await persons.update(person, logged(person, [happening], clock.now()));
  return outcome.kind === 'written';
}

function rejectionToLog(end: SyncEnd, isLastTry: boolean): Rejection | undefined {
  const kind = end.status === 'rejected' ? 'failed' : end.value.kind;
  if (end.status === 'fulfilled' && end.value.kind === 'ambiguousMatch') return ambiguous(end.value.candidates);
  if (end.status === 'fulfilled' && end.value.kind === 'recordNotVisible') {
    const { type, id } = end.value.record;
    const message = `${type} ${id} is not visible to the sync user: share the record, or sync the person and confirm the deletion`;
    return { code: 'RECORD_NOT_VISIBLE', message, fields: [] };
  }
  if (kind === 'contactNotAssignable') {
    return {
      code: 'CONTACT_NOT_ASSIGNABLE',
      message: 'A queue cannot own the Contact of the person',
      fields: [],
    };
  }
  if (!isLastTry || (kind !== 'busy' && kind !== 'mergedAway' && kind !== 'failed')) return undefined;
  return {
    code: 'NOT_SYNCED',
    message: 'Every try to sync the person in a list failed; sync the person',
    fields: [],
  };
}

function ambiguous(candidates: readonly Candidate[]): Rejection {
  const rows = candidates.map(({ type, id, personId }) => `${type} ${id}${personId ? ` (person ${personId})` : ''}`);
  const message = `Several records, or a record held by a different person, match the person: ${rows.join(', ')}`;
  return { code: 'AMBIGUOUS_MATCH', message, fields: ['Email'] };
}

/** A repeated list logs no reason twice. */
function isLogged({ log }: Person, { code, message }: Rejection): boolean {
  const last = log.recent.at(-1);
  return last?.type === 'rejected' && last.detail.code === code && last.detail.message === message;
}
