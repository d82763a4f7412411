import { InvalidCursorError } from '../../lib/sync/errors.ts';
import type { ListJobStore } from '../../lib/sync/ports/list-job-store.ts';
import type { Page } from '../../lib/sync/ports/person-store.ts';
import type { ListJob, ListPart, PartProgress } from '../../lib/sync/state/list-job.ts';
import { frozen, type Io, immediately } from './io.ts';

/** Lists that are being synced, in memory. */
export class InMemoryListJobStore implements ListJobStore {
  readonly #jobs: Map<string, ListJob>;
  readonly #parts: Map<string, ListPart>;
  readonly #progress: Map<string, PartProgress>;
  readonly #io: Io;

  constructor(options: { readonly io?: Io } = {}, sameAs?: InMemoryListJobStore) {
    this.#jobs = sameAs ? sameAs.#jobs : new Map();
    this.#parts = sameAs ? sameAs.#parts : new Map();
    this.#progress = sameAs ? sameAs.#progress : new Map();
    this.#io = options.io ?? immediately;
  }

  /** The same store, reached by other operations. */
  through(io: Io): InMemoryListJobStore {
    return new InMemoryListJobStore({ io }, this);
  }

  loadJob(jobId: string): Promise<ListJob | undefined> {
    return this.#io('lists.loadJob', () => this.#jobs.get(jobId));
  }

  saveJob(job: ListJob): Promise<'saved' | 'overtaken'> {
    return this.#io('lists.saveJob', () => saveNext(this.#jobs, job.jobId, job));
  }

  newestJobs(limit: number, cursor: string | null): Promise<Page<string>> {
    return this.#io('lists.newestJobs', () => {
      if (cursor !== null && !cursor.includes('#')) throw new InvalidCursorError('unknown cursor');
      const keys = [...this.#jobs.values()].map(({ createdAt, jobId }) => `${createdAt}#${jobId}`);
      const below = keys.filter((key) => key < (cursor ?? '~')).sort((one, other) => (one < other ? 1 : -1));
      const shown = below.slice(0, limit);
      const items = shown.map((key) => key.slice(key.indexOf('#') + 1));
      return { items, cursor: below.length > limit ? (shown.at(-1) ?? null) : null };
    });
  }

  addPart(part: ListPart): Promise<'added' | 'exists'> {
    return this.#io('lists.addPart', () => {
      const key = keyOf(part.jobId, part.part);
      if (this.#parts.has(key)) return 'exists';
      this.#parts.set(key, frozen(structuredClone(part)));
      return 'added';
    });
  }

  loadPart(jobId: string, part: number): Promise<ListPart | undefined> {
    return this.#io('lists.loadPart', () => this.#parts.get(keyOf(jobId, part)));
  }

  loadProgress(jobId: string, part: number): Promise<PartProgress | undefined> {
    return this.#io('lists.loadProgress', () => this.#progress.get(keyOf(jobId, part)));
  }

  saveProgress(progress: PartProgress): Promise<'saved' | 'overtaken'> {
    return this.#io('lists.saveProgress', () =>
      saveNext(this.#progress, keyOf(progress.jobId, progress.part), progress),
    );
  }

  progress(jobId: string): Promise<readonly PartProgress[]> {
    return this.#io('lists.progress', () => [...this.#progress.values()].filter((each) => each.jobId === jobId));
  }
}

function keyOf(jobId: string, part: number): string {
  return `${jobId} ${part}`;
}

function saveNext<Value extends { readonly revision: number }>(
  values: Map<string, Value>,
  key: string,
  value: Value,
): 'saved' | 'overtaken' {
  if ((values.get(key)?.revision ?? 0) !== value.revision - 1) return 'overtaken';
  values.set(key, frozen(structuredClone(value)));
  return 'saved';
}
