import { awaitsPush, isPresent, type Person, type Tried } from './person.ts';
import { lastRejections } from './reject-person.ts';
import { isUnseen } from './unseen-row.ts';

/** Pushes refused for the moment before the person is parked: one push a cycle. */
const SILENT_TRIES = 3;

/** A cycle may push a person several times: by the default schedule three cycles take longer than this. */
const SILENT_MS = 8 * 60_000;

const DAY_MS = 24 * 3_600_000;

/**
 * The time of the next automatic try of a rejection (ISO). Null without a rejection, and for a person with nothing to
 * push: only an edit, a change in Salesforce or a sync by hand helps. A rejection stored by an older version has no time:
 * the next try is due a day later.
 */
export function retryAt(person: Person): string | null {
  const { rejection } = person;
  if (rejection === null || !isPresent(person)) return null;
  if (!isUnseen(person) && !awaitsPush({ ...person, rejection: null })) return null;
  return rejection.retryAt ?? new Date(Date.parse(rejection.at) + DAY_MS).toISOString();
}

/** Whether the next automatic try is due at `now` (ISO). */
export function isRetryDue(person: Person, now: string): boolean {
  const at = retryAt(person);
  return at !== null && at <= now;
}

/** A person parked for an unreadable row, with the next try set to a day from now. */
export function lookedForAgain(person: Person, now: string): Person {
  if (person.rejection === null) return person;
  const next = new Date(Date.parse(now) + DAY_MS).toISOString();
  return { ...person, rejection: { ...person.rejection, retryAt: next } };
}

/** The cause of a push without a result. */
export type Reason = Pick<Tried, 'code' | 'message'>;

/** The record of vain tries after one more push without a result. */
export function triedOnceMore(person: Person, reason: Reason, now: string): Tried {
  const known = triedInVain(person);
  const { since, times } = known?.code === reason.code ? known : { since: now, times: 0 };
  return { ...reason, since, at: now, times: times + 1 };
}

/** The vain tries of the edits now waiting; null without any, and where all tries were of earlier edits. */
export function triedInVain({ tried, pendingSince }: Person): Tried | null {
  return tried !== null && pendingSince !== null && tried.since >= pendingSince ? tried : null;
}

/**
 * Whether a refusal for the moment has lasted long enough to park the person: by the third cycle, or at once if the log
 * ends with a rejection of the same code.
 */
export function hasLasted(person: Person, { code, since, at, times }: Tried): boolean {
  if (lastRejections(person).some(({ detail }) => detail.code === code)) return true;
  return times >= SILENT_TRIES && Date.parse(at) - Date.parse(since) >= SILENT_MS;
}
