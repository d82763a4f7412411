import type { Route } from '../rest/call.ts';
import { bulkIngestRoutes } from './ingest-routes.ts';
import { bulkQueryRoutes } from './query-routes.ts';

export { BulkJobs } from './bulk-jobs.ts';

/** The resources of Bulk API 2.0. */
export const bulkRoutes: readonly Route[] = [...bulkQueryRoutes, ...bulkIngestRoutes];
