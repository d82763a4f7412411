/** A request as the org handles it: over HTTP or straight in the same process. */
export interface OrgRequest {
  readonly method: string;
  /** With its query string. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text of a body that is not JSON. */
  readonly body?: unknown;
  /** The body as it was sent; in the same process a body has the text that JSON gives it. */
  readonly text?: string;
}

/** What the network does to an answer; the work of `drop` and `timeout` may be done all the same. */
export type Transport =
  | { readonly kind: 'drop' }
  | { readonly kind: 'timeout'; readonly milliseconds: number }
  | { readonly kind: 'delay'; readonly milliseconds: number };

/** An answer. A body that is not text is sent as JSON. */
export interface OrgResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  readonly transport?: Transport;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): OrgResponse {
  return { status, headers: { 'Content-Type': 'application/json;charset=UTF-8', ...headers }, body };
}

export function empty(status: number, headers: Record<string, string> = {}): OrgResponse {
  return { status, headers };
}
