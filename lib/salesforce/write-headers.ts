import type { WriteOptions } from '../sync/ports/salesforce-records.ts';

/** An edit of a row that is there: nobody else is to own it, and an alert about duplicates does not stop it. */
export const EDIT: WriteOptions = { runAssignmentRules: false, saveDuplicates: true };

/**
 * `If-Unmodified-Since` is compared with `LastModifiedDate`, to the second. `allowSave` gets past duplicate rules that
 * only warn, and past no rule that blocks.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_conditional_requests.htm
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm
 */
export function writeHeaders(options: WriteOptions, ifUnmodifiedSince?: string): Record<string, string> {
  const headers = {
    'Sforce-Auto-Assign': options.runAssignmentRules ? 'TRUE' : 'FALSE',
    'Sforce-Duplicate-Rule-Header': `allowSave=${options.saveDuplicates ?? false}; includeRecordDetails=true`,
  };
  if (ifUnmodifiedSince === undefined) return headers;
  return { ...headers, 'If-Unmodified-Since': new Date(ifUnmodifiedSince).toUTCString() };
}
