import type { RowName, SalesforceType } from '../../person/row.ts';
import type { DescribedObject } from '../../schema/describe.ts';
import type { FeedPosition } from '../state/feed-state.ts';

/** One row as Salesforce gave it, ready to be queued. */
export interface FeedRow {
  /** 18 characters. */
  readonly id: string;
  /** ISO, in UTC. */
  readonly systemModstamp: string;
  /** A JSON array: the row's values in the order of the columns. */
  readonly text: string;
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
