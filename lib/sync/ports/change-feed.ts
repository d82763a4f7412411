import type { RowName, SalesforceType } from '../../person/row.ts';
import type { DescribedObject } from '../../schema/describe.ts';
import type { BulkQuery, BulkRequest } from '../state/bulk-query.ts';
import type { FeedPosition } from '../state/feed-state.ts';

/** One row from Salesforce, ready to be queued. */
export interface FeedRow {
  /** 18 characters. */
  readonly id: string;
  /** ISO, in UTC. */
  readonly systemModstamp: string;
  /** A JSON array: the row's values in the order of the columns. */
  readonly text: string;
  /** Length of `text` in UTF-8. */
  readonly bytes: number;
  /** 32-bit hash of `text`: equal texts have equal fingerprints, different texts almost never. */
  readonly fingerprint: number;
}

export interface FeedPage {
  readonly rows: readonly FeedRow[];
  /** Whether rows may follow; the next page then begins after the last row of the page. */
  readonly more: boolean;
}

export interface FeedRequest {
  readonly type: SalesforceType;
  /** Rows stamped at or after the instant, including deleted rows. */
  readonly from: string;
  readonly columns: readonly string[];
  /** The `Last-Modified` of the describe used for `columns`. */
  readonly schemaLastModified: string | null;
  /** Asks for rows deleted since the instant; the answer may include earlier deletions. Null: not asked. */
  readonly deletedSince?: string | null;
}

export interface FeedOpening {
  /** The first page, or `invalidField` where a column is no longer visible: describe again. */
  readonly page: FeedPage | 'invalidField';
  /**
   * Read before the first page: every change stamped earlier is visible to later queries. With a long transaction in
   * progress, the transaction's start.
   */
  readonly latestDateCovered: string | null;
  /** Null where not asked, or to be asked again. */
  readonly deleted?: Deletions | null;
  /** The object's present description; null where unchanged since `schemaLastModified`. */
  readonly described: Description | null;
}

/** Deleted rows, including rows no longer in the recycle bin. */
export interface Deletions {
  readonly ids: readonly string[];
  /** Deletions up to the instant are complete and need not be asked for again. */
  readonly until: string;
  /** Whether `ids` covers the whole period: Salesforce forgets old deletions, and limits the number. */
  readonly complete: boolean;
}

export interface Description {
  readonly object: DescribedObject;
  readonly lastModified: string | null;
}

/** Some columns of every living row, in the order of ids. */
export interface ScanRequest {
  readonly type: SalesforceType;
  /** The first two are `Id` and `SystemModstamp`. */
  readonly columns: readonly string[];
  /** Only rows with a value in at least one of the columns; empty: all rows. */
  readonly filled: readonly string[];
}

/** Consumer of a bulk query. Pages are read concurrently, so calls of `take` may overlap. */
export interface BulkReader {
  /** Resolves once the rows are durably queued; the page continues only afterwards. */
  take(rows: readonly FeedRow[]): Promise<void>;
  /** A page was read completely and all rows were taken: the query may be saved. Calls do not overlap. */
  reached(query: BulkQuery): Promise<void>;
  /** Called before every page: whether enough time is left. */
  hasTime(): boolean;
}

/**
 * The progress of a read. `working`: Salesforce has not finished the job; ask again. `stopped`: no time left for the
 * remaining pages. `done`: all rows were taken. `lost`: the job failed, was aborted or has expired; begin a new job.
 */
export type BulkOutcome =
  | { readonly kind: 'working' | 'stopped' | 'done'; readonly query: BulkQuery }
  | { readonly kind: 'lost'; readonly why: string };

/**
 * The changes in Salesforce, in order. A row is returned in the newest state; a row changed between two pages may be
 * returned twice, or move past the end, where the next cycle finds the row. Errors: `TransientError`,
 * `QuotaExceededError` (also when only the calls reserved for sync person are left) and `ConfigError`.
 */
export interface ChangeFeed {
  describe(types: readonly SalesforceType[]): Promise<ReadonlyMap<SalesforceType, Description>>;

  /**
   * Describes (where changed), first pages and covered dates of all objects in one API call. `readAt` is a time of
   * Salesforce's clock (ISO, whole seconds), not later than the start of the read and at least one second before the
   * answer.
   */
  open(requests: readonly FeedRequest[]): Promise<{
    readonly readAt: string;
    readonly openings: ReadonlyMap<SalesforceType, FeedOpening>;
  }>;

  /** The rows after a position and before an instant. */
  next(request: FeedRequest, after: FeedPosition, before: string): Promise<FeedPage | 'invalidField'>;

  /** The newest page of rows stamped in `[request.from, before)`; null where Salesforce cannot finish the query. */
  newest(request: FeedRequest, before: string): Promise<FeedPage | 'invalidField' | null>;

  /** The number of rows stamped in `[from, before)`, in one call; null where Salesforce cannot finish counting. */
  count(type: SalesforceType, from: string, before: string): Promise<number | null>;

  /** Begins a bulk query, in one call; `invalidField` as above. Salesforce drops an abandoned job after a week. */
  openBulk(request: BulkRequest): Promise<BulkQuery | 'invalidField'>;

  /**
   * Continues a bulk query: one call for the job's state or the addresses of up to five pages, one call per page. Rows
   * come unordered, with the values returned by `next`; an interrupted page is repeated from the start.
   */
  readBulk(query: BulkQuery, reader: BulkReader): Promise<BulkOutcome>;

  /** The number of rows of a scan and the last id, in one call; `invalidField` as above. */
  measure(scan: ScanRequest): Promise<{ readonly rows: number; readonly last: string | null } | 'invalidField'>;

  /**
   * One page of a scan, in one call: the rows after the id `after` (null: from the first) up to and including `until`.
   */
  scan(scan: ScanRequest, after: string | null, until: string): Promise<FeedPage | 'invalidField'>;

  /** The `SystemModstamp` (ISO) of up to `maxStamps` rows, by id, in one call; deleted and hidden rows are absent. */
  stamps(rows: readonly RowName[]): Promise<ReadonlyMap<string, string>>;

  readonly maxStamps: number;

  /** Calls of the instance counted against the org's limit, and the org's use as last reported. */
  usage(): ApiUsage;
}

export interface ApiUsage {
  readonly calls: number;
  readonly org: { readonly used: number; readonly max: number } | null;
}
