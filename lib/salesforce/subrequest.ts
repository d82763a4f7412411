import type { FeedPage } from '../sync/ports/change-feed.ts';

/** One request, its path below the root of the API version. */
export interface Subrequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text as it is, as CSV. */
  readonly body?: unknown;
  /** Of a query whose answer may be told as a page of rows; `absent` are those that the query leaves out. */
  readonly columns?: readonly string[];
  readonly absent?: readonly string[];
}

/** Whether the request changes a record: reads of many rows are sent by POST too. */
export function isWrite({ method, path }: Subrequest): boolean {
  const creates = path.startsWith('/sobjects/') || path === '/composite/sobjects';
  return method === 'PATCH' || method === 'DELETE' || (method === 'POST' && creates);
}

export interface SubAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The records of the body, which then lacks them: only where the subrequest names columns. */
  readonly page?: FeedPage;
}
