import { ApiError } from '../errors.ts';
import { normaliseId } from '../ids.ts';
import type { SaveOptions } from '../store/save.ts';
import { type Call, pathsOf } from './call.ts';

/** Reads a header of the form `name=value; name=value`. */
function readPairs(header: string | undefined): Map<string, string> {
  const pairs = (header ?? '').split(/[;,]/).map((pair) => pair.split('='));
  return new Map(pairs.map(([name = '', value = '']) => [name.trim().toLowerCase(), value.trim()]));
}

/**
 * Assignment rules run unless the header says no.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm}
 */
function autoAssign(header: string | undefined): boolean | string {
  const value = header?.trim() ?? 'TRUE';
  if (/^true$/i.test(value)) return true;
  if (/^false$/i.test(value)) return false;
  const id = normaliseId(value);
  if (id !== undefined) return id;
  throw new ApiError('INVALID_ASSIGNMENT_RULE', `Invalid value for the Sforce-Auto-Assign header: ${value}`);
}

/**
 * The API, its version and the name that the client gives itself, by which it knows its own changes again.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm}
 */
export function originOf({ root, headers }: Call): string {
  const client = readPairs(headers['sforce-call-options']).get('client');
  const origin = `com/salesforce/api/rest/${root.replace(/^.*v/, '')}`;
  return client === undefined ? origin : `${origin};client=${client}`;
}

/** What the call's headers ask of its saves. */
export function saveOptions(call: Call): SaveOptions {
  const duplicates = readPairs(call.headers['sforce-duplicate-rule-header']);
  return {
    viewer: call.user,
    autoAssign: autoAssign(call.headers['sforce-auto-assign']),
    duplicates: {
      allowSave: duplicates.get('allowsave') === 'true',
      includeRecordDetails: duplicates.get('includerecorddetails') === 'true',
      runAsCurrentUser: duplicates.get('runascurrentuser') === 'true',
      root: call.root,
    },
    paths: pathsOf(call),
    origin: originOf(call),
  };
}

/**
 * The page size that a query asks for.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_queryoptions.htm}
 */
export function askedBatchSize(call: Call): number | undefined {
  const asked = Number(readPairs(call.headers['sforce-query-options']).get('batchsize'));
  return Number.isInteger(asked) && asked > 0 ? Math.min(2000, Math.max(200, asked)) : undefined;
}

/**
 * A date of a conditional header in milliseconds, or undefined where there is none. A date that is none is ignored in
 * a read, as in HTTP, and refused in a write.
 */
export function conditionDate(call: Call, name: string): number | undefined {
  const value = call.headers[name];
  if (value === undefined) return undefined;
  const at = Date.parse(value);
  if (!Number.isNaN(at)) return at;
  if (call.method === 'GET' || call.method === 'HEAD') return undefined;
  throw new ApiError('INVALID_HEADER', `Invalid date value for header ${name}: ${value}`);
}
