import { personIdOfKey } from '../../lib/person/person-key.ts';
import { isWrite, type Subrequest } from '../../lib/salesforce/subrequest.ts';

/** What Salesforce said of one subrequest. */
export interface SubResponse {
  readonly httpStatusCode: number;
  readonly body: unknown;
}

/** Whoever is refused a Lead that is there has it: the refusal is nobody's. */
export function findsLead(answer: SubResponse | undefined): boolean {
  const { records = [] } = (answer?.body ?? {}) as { readonly records?: readonly unknown[] };
  return records.length > 0;
}

export function refusalsIn(
  part: Subrequest | undefined,
  { httpStatusCode, body }: SubResponse,
): { readonly rowId: string; readonly code: string }[] {
  if (part === undefined || !isWrite(part) || !Array.isArray(body)) return [];
  const rowIds = writtenRows(part);
  if (httpStatusCode >= 300) return rowIds.map((rowId) => ({ rowId, code: String(body[0]?.errorCode) }));
  return body.flatMap((record: { success: boolean; errors: { statusCode: string }[] }, at) =>
    record.success ? [] : [{ rowId: String(rowIds[at]), code: String(record.errors[0]?.statusCode) }],
  );
}

/** The instant as of which alone the push writes to the row; undefined where it has no such condition. */
export function guardOn({ parts }: { readonly parts: readonly Subrequest[] }, rowId: string): number | undefined {
  const part = parts.find((each) => isWrite(each) && writtenRows(each).includes(rowId));
  const guard = part?.headers?.['If-Unmodified-Since'];
  return guard === undefined ? undefined : Date.parse(guard);
}

export function isMassUpdate({ method, path }: Subrequest): boolean {
  return method === 'PATCH' && path === '/composite/sobjects';
}

interface Body {
  readonly records?: readonly { readonly Id?: unknown; readonly Person_Id__c?: unknown }[];
  readonly Person_Id__c?: unknown;
}

/** The rows that a subrequest writes to; one that creates a Lead is known by its person. */
export function writtenRows({ path, body }: Subrequest): string[] {
  const single = /^\/sobjects\/(?:Lead|Contact)\/([^/?]+)$/.exec(path);
  if (single?.[1] !== undefined) return [single[1]];
  const { records = [], Person_Id__c: key } = (body ?? {}) as Body;
  if (typeof key === 'string') return [personIdOfKey(key)];
  return records.map(({ Id, Person_Id__c: ofPerson }) => {
    return typeof ofPerson === 'string' ? personIdOfKey(ofPerson) : String(Id);
  });
}
