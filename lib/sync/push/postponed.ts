import type { Person } from '../../person/person.ts';
import type { Refusal } from '../../person/reject-person.ts';
import { hasLasted, type Reason, triedOnceMore } from '../../person/retry.ts';
import { ConfigError } from '../errors.ts';
import type { TransientRefusal } from '../ports/salesforce-records.ts';
import { toldError } from '../told-error.ts';

/** Another user changed the row during the push. */
export const MODIFIED: Reason = { code: 'RECORD_CHANGED' };

/** The cause of a push without a result, for the person's record: with words only if the words cannot quote a record. */
export function reasonOf(error: unknown): Reason {
  const { code, message } = toldError(error);
  return error instanceof ConfigError ? { code, message } : { code };
}

/**
 * The rejection made of a lasting refusal for the moment. A refusal concerning the whole org or the sync user parks no
 * person: every cycle tries again.
 */
export function lastingRefusal(person: Person, refusal: TransientRefusal, now: string): Refusal | undefined {
  const { code, message, condition } = refusal;
  if (condition !== 'moment' || !hasLasted(person, triedOnceMore(person, { code }, now))) return undefined;
  return { code, message: message || `Salesforce answered ${code}`, fields: [], mayPass: true };
}
