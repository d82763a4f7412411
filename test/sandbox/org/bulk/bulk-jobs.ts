import { refusals } from '../errors.ts';
import { makeId } from '../ids.ts';
import type { OrgState } from '../org-state.ts';
import type { OrgUser } from '../standard-records.ts';
import { advanceIngest, type IngestJob } from './ingest-job.ts';
import { advanceQuery, type QueryJob } from './query-job.ts';

export type BulkJob = QueryJob | IngestJob;

const DAY_MS = 24 * 3_600_000;

/** What the org's daily limits count. */
export type BulkUse = 'queryJob' | 'ingestBatch';

/** Results and jobs are kept for seven days. */
const KEPT_MS = 7 * DAY_MS;

/**
 * The Bulk API 2.0 jobs of the org. They move with the org's clock: what is due by now is done whenever the org
 * handles a request, whoever sent it.
 */
export class BulkJobs {
  /** Rows of one page of results, where the client does not say. */
  pageRows = 50_000;
  readonly #jobs = new Map<string, BulkJob>();
  readonly #unfinished = new Set<BulkJob>();
  #uses: { use: BulkUse; at: number }[] = [];
  #serial = 0;

  /** Counts towards a daily limit. */
  count(use: BulkUse, at: number): void {
    this.#uses.push({ use, at });
  }

  /** How much of a daily limit the last 24 hours have used. */
  used(use: BulkUse, now: number): number {
    this.#uses = this.#uses.filter(({ at }) => at > now - DAY_MS);
    return this.#uses.filter((one) => one.use === use).length;
  }

  nextId(): string {
    this.#serial += 1;
    return makeId('750', this.#serial);
  }

  add(job: BulkJob): void {
    this.#jobs.set(job.id, job);
    this.#unfinished.add(job);
  }

  remove(job: BulkJob): void {
    this.#jobs.delete(job.id);
    this.#unfinished.delete(job);
  }

  /** A job of this kind that the user created; administrators see everybody's. */
  find<Kind extends BulkJob['kind']>(kind: Kind, id: string, user: OrgUser): Extract<BulkJob, { kind: Kind }> {
    const found = [...this.list(kind, user)].find((job) => job.id.slice(0, 15) === id.slice(0, 15));
    if (found) return found;
    throw refusals.notFound();
  }

  *list<Kind extends BulkJob['kind']>(kind: Kind, user: OrgUser): Iterable<Extract<BulkJob, { kind: Kind }>> {
    for (const job of this.#jobs.values()) {
      if (job.kind === kind && (job.user.id === user.id || user.administrator)) {
        yield job as Extract<BulkJob, { kind: Kind }>;
      }
    }
  }

  /** Whether no job has anything more to do. */
  get isIdle(): boolean {
    return this.#unfinished.size === 0;
  }

  /** Does what is due. */
  advance(org: OrgState): void {
    const now = org.clock.now();
    for (const job of this.#unfinished) {
      if (job.kind === 'query') advanceQuery(org, job, now);
      else advanceIngest(org, job, now);
      if (job.state === 'JobComplete' || job.state === 'Failed' || job.state === 'Aborted')
        this.#unfinished.delete(job);
    }
    for (const job of this.#jobs.values()) {
      if (job.createdAt + KEPT_MS > now) break;
      this.remove(job);
    }
  }
}
