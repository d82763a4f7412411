import { isObject } from '../rest/call.ts';
import { badRequest } from './bulk-call.ts';

/** A job and its data in one request. */
export interface MultipartJob {
  readonly job: Record<string, unknown>;
  readonly content: string;
}

/** Data that comes with the job may have this many characters. */
const MAX_CONTENT = 100_000;

/**
 * Reads a multipart/form-data body with the parts "job" and "content"; undefined for a body of another type.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/walkthrough_multipart_insert.htm}
 */
export function readMultipart(contentType: string | undefined, body: unknown): MultipartJob | undefined {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType ?? '')?.[1];
  if (boundary === undefined || typeof body !== 'string') return undefined;
  const parts = new Map(body.split(`--${boundary}`).slice(1, -1).map(readPart));
  const content = parts.get('content');
  if (content === undefined) throw badRequest('The part "content" is missing');
  if (content.length > MAX_CONTENT) throw badRequest(`Data of a multipart request may have ${MAX_CONTENT} characters`);
  return { job: readJob(parts.get('job') ?? ''), content };
}

function readPart(text: string): [string, string] {
  const [head = '', ...rest] = text.replace(/^\r?\n/, '').split(/\r?\n\r?\n/);
  const separator = text.includes('\r\n\r\n') ? '\r\n\r\n' : '\n\n';
  const name = /name="([^"]*)"/i.exec(head)?.[1] ?? '';
  return [name, rest.join(separator).replace(/\r?\n$/, '')];
}

function readJob(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) return parsed;
  } catch (error) {
    throw badRequest(`The part "job" is no JSON: ${String(error)}`);
  }
  throw badRequest('The part "job" must be a JSON object');
}
