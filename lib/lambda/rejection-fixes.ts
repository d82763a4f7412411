import { STATUS_CODES } from '../salesforce/status-codes.ts';

/** Advice for Lockstep's own codes. */
export const OWN_FIXES: Readonly<Record<string, string>> = {
  RECORD_NOT_VISIBLE:
    'give the sync user access to the record; if the record is deleted, sync the person with recordIsGone',
  PERSON_TOO_LARGE: 'shorten the long texts of the person, here or in Salesforce',
  NOT_MERGED: 'fix the error in the log of the merge, then send the dead letters back (`npm run redrive`)',
  AMBIGUOUS_MATCH: 'merge the records with the same email in Salesforce, or give the person another email',
  NOT_SYNCED: 'sync the person by hand (`POST /persons/{personId}/sync`): the answer has the reason',
  CONTACT_NOT_ASSIGNABLE: 'assign a user: a queue cannot own a Contact',
};

export const UNKNOWN_FIX = 'Salesforce does not document the code: read the message, fix the named cause, then retry';

/** What ends a rejection with a code. */
export function fixOf(code: string): string {
  return OWN_FIXES[code] ?? STATUS_CODES.get(code)?.fix ?? UNKNOWN_FIX;
}
