import { describe, expect, it } from 'vitest';
import type { SyncStatus } from '../../lib/sync/operate/sync-status.ts';
import { firstSyncLine } from '../sandbox/terminal/first-sync.ts';

type Objects = SyncStatus['objects'];

const ABOUT = 'reads what is in Salesforce';
const byPages = { checkpoint: null, readBy: 'rest', bulkQuery: null } as const;
const statusOf = (objects: Objects, pullSeconds: number | null = null) => ({
  objects,
  lag: { pullSeconds, pushSeconds: 0 },
});

describe('the line of a first sync', () => {
  it('says what is done before the API has answered', () => {
    expect(firstSyncLine({ status: undefined, merged: 0, records: 40 })).toBe(ABOUT);
  });

  it('has the bar of the merged records, where the sandbox knows how many there are', () => {
    const status = statusOf({ Lead: byPages, Contact: byPages });
    expect(firstSyncLine({ status, merged: 300, records: 600 })).toBe(
      `${ABOUT}: merged ██████████░░░░░░░░░░ 300 of 600`,
    );
    expect(firstSyncLine({ status, merged: 1300, records: undefined })).toBe(`${ABOUT}: 1,300 merged`);
  });

  it('has a bar for each query job of the Bulk API', () => {
    const bulkQuery = { rows: 10_000, expectedRows: 40_000 };
    const status = statusOf({ Lead: { checkpoint: null, readBy: 'bulk', bulkQuery }, Contact: byPages });
    expect(firstSyncLine({ status, merged: 200, records: undefined })).toBe(
      `${ABOUT}: Leads by Bulk API █████░░░░░░░░░░░░░░░ 10,000 of 40,000, 200 merged`,
    );
  });

  it('is no first sync where kept data has a position already', () => {
    const status = statusOf({ Lead: byPages, Contact: byPages }, 30);
    expect(firstSyncLine({ status, merged: 1, records: 600 })).toBe(ABOUT);
  });
});
