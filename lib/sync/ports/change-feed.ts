import type { RowName, SalesforceType } from '../../person/row.ts';
import type { DescribedObject } from '../../schema/describe.ts';
import type { BulkQuery, BulkRequest } from '../state/bulk-query.ts';
import type { FeedPosition } from '../state/feed-state.ts';

/** One row as Salesforce gave it, ready to be queued. */
export interface FeedRow {
  /** 18 characters. */
  readonly id: string;
  /** ISO, in UTC. */
  readonly systemModstamp: string;
  /** A JSON array: the row's values in the order of the columns. */
  readonly text: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
  /** Of the text: the same for the same text, and for another as good as never. 32 bits. */
  readonly fingerprint: number;
}

export interface FeedPage {
  readonly rows: readonly FeedRow[];
  /** Whether rows may follow; then the next page begins after the last row of this one. */
  readonly more: boolean;
}

export interface FeedRequest {
  readonly type: SalesforceType;
  /** Rows at this instant and later; deleted rows are among them. */
  readonly from: string;
  readonly columns: readonly string[];
  /** The `Last-Modified` of the describe that the columns come from. */
  readonly schemaLastModified: string | null;
  /** Rows deleted from this instant on are asked for, and some that were deleted earlier; null: not now. */
  readonly deletedSince?: string | null;
}

export interface FeedOpening {
  /** The first page, or `invalidField` where a column is no longer visible: describe again. */
  readonly page: FeedPage | 'invalidField';
  /**
   * Told before the first page is read: Salesforce holds back no change before this instant: what is older is visible
   * to a query that began later. Where a long transaction runs, it is that transaction's start.
   */
  readonly latestDateCovered: string | null;
  /** Null where it was not asked, or may be asked again. */
  readonly deleted?: Deletions | null;
  /** The object as it is now; null where it has not changed since `schemaLastModified`. */
  readonly described: Description | null;
}

/** Rows that were deleted, those out of the recycle bin too. */
export interface Deletions {
  readonly ids: readonly string[];
  /** Up to when they are told, and have not to be asked for again. */
  readonly until: string;
  /** Whether these are all of the time that was asked for: Salesforce forgets what is too old, or too much. */
  readonly complete: boolean;
}

export interface Description {
  readonly object: DescribedObject;
  readonly lastModified: string | null;
}

/** Some columns of every live row, in the order of ids. */
export interface ScanRequest {
  readonly type: SalesforceType;
  /** `Id` and `SystemModstamp` the first two. */
  readonly columns: readonly string[];
  /** Only rows in which one of these is not empty; none: all rows. */
  readonly filled: readonly string[];
}

/** Takes what a bulk query finds. Pages are read side by side, so calls of `take` may overlap. */
export interface BulkReader {
  /** Resolves once these rows are durably queued; a page waits for it before it brings more. */
  take(rows: readonly FeedRow[]): Promise<void>;
  /** A page is read to its end, and all its rows are taken: a good moment to save the query. Calls do not overlap. */
  reached(query: BulkQuery): Promise<void>;
  /** Asked before each page: whether there is time for it. */
  hasTime(): boolean;
}

/**
 * How far a reading came. `working`: Salesforce has not finished the job; ask again. `stopped`: pages are left and time
 * is not. `done`: all rows are taken. `lost`: the job failed, was aborted or is kept no longer; begin a new one.
 */
export type BulkOutcome =
  | { readonly kind: 'working' | 'stopped' | 'done'; readonly query: BulkQuery }
  | { readonly kind: 'lost'; readonly why: string };

/**
 * What changed in Salesforce, in order. A row is returned at its newest state; a row that changes between two pages may
 * be returned twice or move past the end, where the next cycle finds it. Errors are `TransientError`,
 * `QuotaExceededError` (also when only the reserve of sync person is left) and `ConfigError`.
 */
export interface ChangeFeed {
  describe(types: readonly SalesforceType[]): Promise<ReadonlyMap<SalesforceType, Description>>;

  /**
   * Describes (where changed), first pages and covered dates of all objects in one API call. `readAt` is a time of
   * Salesforce's clock (ISO, whole seconds) that is not later than the moment the reading began, and at least a second
   * before the answer.
   */
  open(requests: readonly FeedRequest[]): Promise<{
    readonly readAt: string;
    readonly openings: ReadonlyMap<SalesforceType, FeedOpening>;
  }>;

  /** The rows after a position and before an instant. */
  next(request: FeedRequest, after: FeedPosition, before: string): Promise<FeedPage | 'invalidField'>;

  /**
   * How many rows are stamped at the first instant and later, before the second, in one call; null where Salesforce
   * does not come to an end counting.
   */
  count(type: SalesforceType, from: string, before: string): Promise<number | null>;

  /** Begins a bulk query, in one call; `invalidField` as above. Where it dies, Salesforce drops the job after a week. */
  openBulk(request: BulkRequest): Promise<BulkQuery | 'invalidField'>;

  /**
   * Reads on where the query stands: one call to ask for the job's state or for the addresses of up to five pages, one
   * call a page. Rows come in no order, with the values that `next` would answer; a page that was not read to its end
   * comes again from its beginning.
   */
  readBulk(query: BulkQuery, reader: BulkReader): Promise<BulkOutcome>;

  /** How many rows a scan would find, and the last of them, in one call; `invalidField` as above. */
  measure(scan: ScanRequest): Promise<{ readonly rows: number; readonly last: string | null } | 'invalidField'>;

  /** The rows of a scan after an id (null: from the first) up to and with another, one page in one call. */
  scan(scan: ScanRequest, after: string | null, until: string): Promise<FeedPage | 'invalidField'>;

  /**
   * The `SystemModstamp` (ISO) of up to `maxStamps` rows, by id, in one call; a row that is deleted or hidden is
   * missing.
   */
  stamps(rows: readonly RowName[]): Promise<ReadonlyMap<string, string>>;

  readonly maxStamps: number;

  /** Calls counted against the org's limit by this instance so far, and the org's use as last told. */
  usage(): ApiUsage;
}

export interface ApiUsage {
  readonly calls: number;
  readonly org: { readonly used: number; readonly max: number } | null;
}
