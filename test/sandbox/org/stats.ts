/** What a request is counted as. */
export const requestKinds = [
  'token',
  'query',
  'describe',
  'read',
  'write',
  'composite',
  'bulk',
  'limits',
  'updated',
] as const;

export type RequestKind = (typeof requestKinds)[number];

/** Counts since the start or the last reset. */
export interface Stats {
  /** Requests that count against the daily limit. */
  requests: number;
  readonly byKind: Record<RequestKind, number>;
  recordsCreated: number;
  recordsUpdated: number;
  recordsDeleted: number;
}

export function newStats(): Stats {
  const byKind = Object.fromEntries(requestKinds.map((kind) => [kind, 0])) as Record<RequestKind, number>;
  return { requests: 0, byKind, recordsCreated: 0, recordsUpdated: 0, recordsDeleted: 0 };
}
