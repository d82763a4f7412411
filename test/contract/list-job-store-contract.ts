import { describe, expect, test } from 'vitest';
import type { ListJobStore } from '../../lib/sync/ports/list-job-store.ts';
import { type ListJob, type ListPart, NO_OUTCOMES, type PartProgress } from '../../lib/sync/state/list-job.ts';
import { at } from './persons.ts';

const job: ListJob = {
  jobId: 'job-1',
  revision: 1,
  assignTo: { kind: 'queue', ownerId: '00G000000000001AAA' },
  paused: false,
  listing: { cursor: null },
  parts: 2,
  total: 300,
  createdAt: at(0),
  runsSince: at(0),
  doneBefore: 0,
};

const part: ListPart = { jobId: 'job-1', part: 1, personIds: ['p1', 'p2'], next: 'further' };

const progress: PartProgress = {
  jobId: 'job-1',
  part: 1,
  revision: 1,
  open: [1],
  counts: { ...NO_OUTCOMES, created: 1 },
  calls: 2,
};

/** What every `ListJobStore` guarantees; `open` gives an empty one. */
export function listJobStoreContract(name: string, open: () => Promise<ListJobStore>): void {
  describe(`${name}: lists that are synced`, () => {
    test('a job is saved only over the revision before it', async () => {
      const store = await open();
      expect(await store.loadJob('job-1')).toBeUndefined();
      expect(await store.saveJob(job)).toBe('saved');
      expect(await store.loadJob('job-1')).toEqual(job);
      expect(await store.saveJob({ ...job, paused: true })).toBe('overtaken');
      const next = { ...job, revision: 2, paused: true, listing: null };
      expect(await store.saveJob(next)).toBe('saved');
      expect(await store.saveJob({ ...next, paused: false })).toBe('overtaken');
      expect(await store.loadJob('job-1')).toEqual(next);
    });

    test('the ids of the jobs come newest first, in pages, whatever became of the jobs since', async () => {
      const store = await open();
      expect(await store.newestJobs(10, null)).toEqual({ items: [], cursor: null });
      for (const minute of [1, 0, 3, 2, 4]) {
        await store.saveJob({ ...job, jobId: `job-${minute}`, createdAt: at(minute) });
      }
      await store.saveJob({ ...job, jobId: 'job-0', createdAt: at(0), revision: 2 });
      const first = await store.newestJobs(2, null);
      expect(first.items).toEqual(['job-4', 'job-3']);
      const second = await store.newestJobs(2, first.cursor);
      expect(second.items).toEqual(['job-2', 'job-1']);
      expect((await store.newestJobs(2, second.cursor)).items).toEqual(['job-0']);
      expect(await store.newestJobs(5, second.cursor)).toEqual({ items: ['job-0'], cursor: null });
      await expect(store.newestJobs(2, 'nothing')).rejects.toThrow('unknown cursor');
    });

    test('a part is written once', async () => {
      const store = await open();
      expect(await store.loadPart('job-1', 1)).toBeUndefined();
      expect(await store.addPart(part)).toBe('added');
      expect(await store.addPart({ ...part, personIds: [] })).toBe('exists');
      expect(await store.loadPart('job-1', 1)).toEqual(part);
      expect(await store.loadPart('job-1', 2)).toBeUndefined();
    });

    test('the progress of all parts of a job is read together, and that of no other job', async () => {
      const store = await open();
      const others = Array.from({ length: 60 }, (_, index) => ({ ...progress, part: index + 2 }));
      for (const each of [progress, ...others]) expect(await store.saveProgress(each)).toBe('saved');
      expect(await store.saveProgress({ ...progress, jobId: 'job-10' })).toBe('saved');
      expect(await store.saveProgress(progress)).toBe('overtaken');
      expect(await store.saveProgress({ ...progress, revision: 2, open: [] })).toBe('saved');
      expect(await store.loadProgress('job-1', 1)).toEqual({ ...progress, revision: 2, open: [] });
      const found = await store.progress('job-1');
      expect(found.toSorted((one, other) => one.part - other.part)).toEqual([
        { ...progress, revision: 2, open: [] },
        ...others,
      ]);
      expect(await store.progress('job-2')).toEqual([]);
    });
  });
}
