import type { ListJob, ListPart, PartProgress } from '../state/list-job.ts';
import type { Page } from './person-store.ts';

/** The store of list jobs. Reads are strongly consistent; every write is one item. A job expires after 30 days. */
export interface ListJobStore {
  loadJob(jobId: string): Promise<ListJob | undefined>;

  /** Saves the job if the stored revision is one lower (0: nothing stored). */
  saveJob(job: ListJob): Promise<'saved' | 'overtaken'>;

  /**
   * Ids of jobs, newest first, in pages. Includes every saved job; an id may belong to a job never saved. Throws
   * `InvalidCursorError`.
   */
  newestJobs(limit: number, cursor: string | null): Promise<Page<string>>;

  /** Writes the part unless the number exists. */
  addPart(part: ListPart): Promise<'added' | 'exists'>;

  loadPart(jobId: string, part: number): Promise<ListPart | undefined>;

  /** Undefined before the first work on the part. */
  loadProgress(jobId: string, part: number): Promise<PartProgress | undefined>;

  /** Saves the progress if the stored revision is one lower (0: nothing stored). */
  saveProgress(progress: PartProgress): Promise<'saved' | 'overtaken'>;

  /** The progress of every part started. */
  progress(jobId: string): Promise<readonly PartProgress[]>;
}
