import type { HttpRequest } from 'jsforce/lib/types/common.js';
import type { Subrequest } from './subrequest.ts';

/** The request in jsforce's form. */
export function httpRequest({ method, path, headers, body }: Subrequest): HttpRequest {
  const sent = { accept: 'application/json', ...headers };
  if (body === undefined) return { method, url: path, headers: sent };
  const isText = typeof body === 'string';
  return {
    method,
    url: path,
    headers: { ...sent, 'content-type': isText ? 'text/csv; charset=UTF-8' : 'application/json' },
    body: isText ? body : JSON.stringify(body),
  };
}

/** jsforce throws for statuses from 400 on: `data` is the parsed body, `name` the error code. */
export function errorBody(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  const { data } = error as { readonly data?: unknown };
  return typeof data === 'object' && data !== null ? data : [{ errorCode: error.name, message: '' }];
}
