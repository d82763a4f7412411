import { personIdOfKey } from '../../lib/person/person-key.ts';
import { isWrite, type Subrequest } from '../../lib/salesforce/subrequest.ts';

/** What Salesforce said of one subrequest. */
export interface SubResponse {
  readonly httpStatusCode: number;
  readonly body: unknown;
}

/**
 * Whose Leads stand, as the read behind a creation found them: a refusal of such a Lead is nobody's. The read behind a
 * single creation asks for the Lead of one person only.
 */
function isStanding(creation: Subrequest, read: SubResponse | undefined, personId: string): boolean {
  const { records = [] } = (read?.body ?? {}) as { readonly records?: readonly { readonly Person_Id__c?: unknown }[] };
  if (creation.path !== '/composite/sobjects') return records.length > 0;
  return records.some(({ Person_Id__c: key }) => typeof key === 'string' && personIdOfKey(key) === personId);
}

/** What a call refused, by row, or by the person of a Lead that was to be made. */
export function refusalsOf(
  parts: readonly Subrequest[],
  answers: readonly SubResponse[],
): { readonly rowId: string; readonly code: string }[] {
  return answers.flatMap((answer, at) => {
    const part = parts[at];
    if (part === undefined) return [];
    const refused = refusalsIn(part, answer);
    if (part.method !== 'POST') return refused;
    return refused.filter(({ rowId }) => !isStanding(part, answers[at + 1], rowId));
  });
}

function refusalsIn(
  part: Subrequest,
  { httpStatusCode, body }: SubResponse,
): { readonly rowId: string; readonly code: string }[] {
  if (!isWrite(part) || !Array.isArray(body)) return [];
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
