import type { SalesforceType } from '../../person/row.ts';

/** How to parse a column's values from text; columns not named hold texts. */
export type ColumnKinds = Readonly<Record<string, 'number' | 'boolean' | 'datetime'>>;

/** A query for the rows of a window, unordered, executed by Salesforce as an asynchronous job. */
export interface BulkRequest {
  readonly type: SalesforceType;
  /** Rows stamped at or after the instant, including deleted rows. */
  readonly from: string;
  /** Rows stamped before the instant. */
  readonly before: string;
  /** The first two are `Id` and `SystemModstamp`. */
  readonly columns: readonly string[];
  readonly kinds: ColumnKinds;
}

/** A bulk query and the read progress. Plain JSON: any process may continue the read. */
export interface BulkQuery {
  readonly jobId: string;
  readonly request: BulkRequest;
  /** Whether Salesforce has found all rows. */
  readonly isComplete: boolean;
  /** Addresses of the unread pages. */
  readonly pages: readonly string[];
  /** Where to ask for the addresses of further pages; null: no further pages. */
  readonly morePages: string | null;
  /** Rows read so far. */
  readonly rows: number;
}
