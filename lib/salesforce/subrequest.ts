import type { FeedPage } from '../sync/ports/change-feed.ts';

/** One request; `path` is below the root of the API version. */
export interface Subrequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text is sent unchanged, as CSV. */
  readonly body?: unknown;
  /** For a query whose answer may be returned as rows; `absent`: columns omitted from the query. */
  readonly columns?: readonly string[];
  readonly absent?: readonly string[];
}

/** Whether the request changes a record; reads of many rows also use POST. */
export function isWrite({ method, path }: Subrequest): boolean {
  const creates = path.startsWith('/sobjects/') || path === '/composite/sobjects';
  return method === 'PATCH' || method === 'DELETE' || (method === 'POST' && creates);
}

export interface SubAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The records, removed from `body`; only for a subrequest with columns. */
  readonly page?: FeedPage;
}
