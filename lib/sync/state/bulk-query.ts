import type { SalesforceType } from '../../person/row.ts';

/** How a column's values are read from a text: columns that are not named hold texts. */
export type ColumnKinds = Readonly<Record<string, 'number' | 'boolean' | 'datetime'>>;

/** The rows of a window, in no order, by a job that Salesforce works on by itself. */
export interface BulkRequest {
  readonly type: SalesforceType;
  /** Rows at this instant and later; deleted rows are among them. */
  readonly from: string;
  /** Rows before this instant. */
  readonly before: string;
  /** `Id` and `SystemModstamp` the first two. */
  readonly columns: readonly string[];
  readonly kinds: ColumnKinds;
}

/** A bulk query, and how far its pages are read. Plain JSON: whoever has it may read on, in another process too. */
export interface BulkQuery {
  readonly jobId: string;
  readonly request: BulkRequest;
  /** Whether Salesforce has found all rows. */
  readonly isComplete: boolean;
  /** Addresses of pages that are not read yet. */
  readonly pages: readonly string[];
  /** Where further pages are told; null: there are none. */
  readonly morePages: string | null;
  /** Rows read so far. */
  readonly rows: number;
}
