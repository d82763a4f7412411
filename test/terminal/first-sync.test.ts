import { describe, expect, it } from 'vitest';
import type { SyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { firstSyncLine } from '../sandbox/terminal/first-sync.ts';

const ABOUT = 'reads what is in Salesforce';

function statusOf(expectedRows: number | null, readBy: 'rest' | 'bulk' = 'rest') {
  const object = { checkpoint: null, readBy, bulkQuery: null };
  const counts = { queuedRows: 0, mergedRows: 0, rowsPerSecond: 0, estimatedEndAt: null };
  const firstSync = { startedAt: '2026-11-21T10:00:00.000Z', expectedRows, ...counts };
  return { objects: { Lead: object }, firstSync } satisfies Pick<SyncStatus, 'objects' | 'firstSync'>;
}

describe('the line of a first sync', () => {
  it('names the work before the API has answered', () => {
    expect(firstSyncLine({ status: undefined, merged: 0, records: 40 })).toBe(ABOUT);
  });

  it('has a bar once a total is known: counted in Salesforce, or known to the sandbox', () => {
    const half = '██████████░░░░░░░░░░ 300 of 600 merged';
    expect(firstSyncLine({ status: statusOf(600), merged: 300, records: undefined })).toBe(`${ABOUT}: ${half}`);
    expect(firstSyncLine({ status: statusOf(null), merged: 300, records: 600 })).toBe(`${ABOUT}: ${half}`);
    expect(firstSyncLine({ status: statusOf(null), merged: 1300, records: undefined })).toBe(`${ABOUT}: 1,300 merged`);
  });

  it('says that the Bulk API reads', () => {
    expect(firstSyncLine({ status: statusOf(40_000, 'bulk'), merged: 10_000, records: undefined })).toBe(
      `${ABOUT} by the Bulk API: █████░░░░░░░░░░░░░░░ 10,000 of 40,000 merged`,
    );
  });

  it('is no first sync if kept data has a position already', () => {
    expect(firstSyncLine({ status: { ...statusOf(null), firstSync: null }, merged: 1, records: 600 })).toBe(ABOUT);
  });
});
