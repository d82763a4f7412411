import { Worker } from 'node:worker_threads';
import type { Trial } from './mutant-trial.ts';
import type { Mutant } from './mutants/mutant.ts';

/** No story takes so long; one that does goes on for ever, and tells on the bug by that. */
const LONGEST_STORY_MS = 30_000;

/** A thread that plays stories, one after the other, on the product with a bug in it, or without one. */
export class MutantThread {
  readonly #mutant: Mutant | null;
  #worker: Worker | null = null;

  constructor(mutant: Mutant | null) {
    this.#mutant = mutant;
  }

  /** What the story breaks; undefined: nothing. A story that throws or does not end breaks something too. */
  async tryOut(trial: Trial): Promise<string | undefined> {
    this.#worker ??= new Worker(new URL('./mutant-worker.ts', import.meta.url), {
      workerData: { mutant: this.#mutant },
    });
    const worker = this.#worker;
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    const timer = setTimeout(() => resolve('a story does not end'), LONGEST_STORY_MS);
    const answered = ({ broken }: { readonly broken?: string }) => resolve(broken);
    worker.once('message', answered);
    worker.once('error', reject);
    let over = false;
    try {
      worker.postMessage(trial);
      const broken = await promise;
      over = broken !== 'a story does not end';
      return broken;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text.includes('has no single place')) throw error;
      return `it breaks: ${text.slice(0, 200)}`;
    } finally {
      clearTimeout(timer);
      worker.off('message', answered);
      worker.off('error', reject);
      if (!over) await this.end();
    }
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = null;
  }
}
