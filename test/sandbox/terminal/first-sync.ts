import { setTimeout as sleep } from 'node:timers/promises';
import { SALESFORCE_TYPES } from '../../../lib/person/row.ts';
import type { SyncStatus } from '../../../lib/sync/operate/sync-status.ts';
import { personApiClient } from '../clients/person-api-client.ts';
import type { Sandbox } from '../start-sandbox.ts';
import { count, progressBar } from './screen.ts';
import type { CycleTeller } from './tell-cycles.ts';

const LOOK_AGAIN_MS = 1_000;

/** How far a first cycle has come, as the outside sees it. */
export interface FirstSync {
  /** Undefined before the first answer. */
  readonly status: Pick<SyncStatus, 'objects' | 'lag'> | undefined;
  /** Rows merged so far. */
  readonly merged: number;
  /** Records in the org, where the sandbox itself has filled the org; else undefined. */
  readonly records: number | undefined;
}

/**
 * What a first cycle does now: the query jobs of the Bulk API with their bars; else the bar of the merged rows, where the
 * number of all is known.
 */
export function firstSyncLine({ status, merged, records }: FirstSync): string {
  const about = 'reads what is in Salesforce';
  // A sandbox that goes on with kept data has read all before.
  if (status === undefined || status.lag.pullSeconds !== null) return about;
  const jobs = SALESFORCE_TYPES.flatMap((type) => {
    const query = status.objects[type]?.bulkQuery ?? null;
    if (query === null || query.expectedRows === null) return [];
    return [`${type}s by Bulk API ${progressBar(query.rows, query.expectedRows)}`];
  });
  if (jobs.length > 0) return `${about}: ${jobs.join(', ')}, ${count(merged)} merged`;
  return records === undefined || records === 0
    ? `${about}: ${count(merged)} merged`
    : `${about}: merged ${progressBar(merged, records)}`;
}

/** Follows the first cycle of a sandbox: `line` says how far, `ended` settles once the first poll has ended. */
export function followFirstSync(
  { apiUrl, org }: Pick<Sandbox, 'apiUrl' | 'org'>,
  { firstPoll, merged }: Pick<CycleTeller, 'firstPoll' | 'merged'>,
  seedRecords: number,
): { readonly line: () => string; readonly ended: () => Promise<void> } {
  let status: SyncStatus | undefined;
  const records = org === undefined ? undefined : seedRecords;
  return {
    line: () => firstSyncLine({ status, merged: merged(), records }),
    ended: () =>
      watch(apiUrl, firstPoll, (heard) => {
        status = heard;
      }),
  };
}

/** Asks for the status again and again until the first poll has ended. */
async function watch(apiUrl: string, firstPoll: Promise<void>, hear: (status: SyncStatus) => void): Promise<void> {
  const api = personApiClient(apiUrl);
  let hasEnded = false;
  const end = firstPoll.then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    // Where no answer comes, the API's own step reports it: here the line only stays as it is.
    const answer = await Promise.race([end, api.send('GET /sync/status').catch(() => undefined)]);
    if (answer?.status === 200) hear(answer.body as SyncStatus);
    await Promise.race([end, sleep(LOOK_AGAIN_MS)]);
  }
}
