import type { WriteOptions } from '../sync/ports/salesforce-records.ts';

/** An edit of an existing row: the owner stays, and duplicate warnings do not block. */
export const EDIT: WriteOptions = { runAssignmentRules: false, saveDuplicates: true };

/**
 * `If-Unmodified-Since` is compared with `LastModifiedDate`, to the second. `allowSave` overrides duplicate rules set
 * to warn, not rules set to block.
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
