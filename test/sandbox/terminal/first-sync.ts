import { setTimeout as sleep } from 'node:timers/promises';
import type { SyncStatus } from '../../../lib/sync/operate/sync-status.ts';
import { personApiClient } from '../clients/person-api-client.ts';
import type { Sandbox } from '../start-sandbox.ts';
import { count, progressBar } from './screen.ts';
import type { CycleTeller } from './tell-cycles.ts';

const LOOK_AGAIN_MS = 1_000;

/** How far a first cycle has come, as seen from outside. */
export interface FirstSyncProgress {
  /** Undefined before the first answer. */
  readonly status: Pick<SyncStatus, 'objects' | 'firstSync'> | undefined;
  /** Rows merged so far. */
  readonly merged: number;
  /** Records of the org, if the sandbox itself filled the org; else undefined. */
  readonly records: number | undefined;
}

/** The present work of a first cycle: what reads the records, and the bar of the merged rows once a total is known. */
export function firstSyncLine({ status, merged, records }: FirstSyncProgress): string {
  const about = 'reads what is in Salesforce';
  // A sandbox restarted with kept data has read everything before.
  if (status === undefined || status.firstSync === null) return about;
  const isBulk = Object.values(status.objects).some(({ readBy }) => readBy === 'bulk');
  const total = status.firstSync.expectedRows ?? records ?? 0;
  const done = total === 0 ? count(merged) : progressBar(Math.min(merged, total), total);
  return `${about}${isBulk ? ' by the Bulk API' : ''}: ${done} merged`;
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
