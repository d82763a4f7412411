import type { ListJob, ListPart, PartProgress } from '../state/list-job.ts';

/** The lists that are being synced. Reads are strongly consistent; every write is one item. A job is kept for 30 days. */
export interface ListJobStore {
  loadJob(jobId: string): Promise<ListJob | undefined>;

  /** Saves it where what is stored has the revision before it (0: where nothing is). */
  saveJob(job: ListJob): Promise<'saved' | 'overtaken'>;

  /** Writes the part where there is none of its number. */
  addPart(part: ListPart): Promise<'added' | 'exists'>;

  loadPart(jobId: string, part: number): Promise<ListPart | undefined>;

  /** Undefined where nobody has worked on the part. */
  loadProgress(jobId: string, part: number): Promise<PartProgress | undefined>;

  /** Saves it where what is stored has the revision before it (0: where nothing is). */
  saveProgress(progress: PartProgress): Promise<'saved' | 'overtaken'>;

  /** That of every part that somebody has worked on. */
  progress(jobId: string): Promise<readonly PartProgress[]>;
}
