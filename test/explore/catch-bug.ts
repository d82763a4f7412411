import { Worker } from 'node:worker_threads';
import type { SeededBug } from './seeded-bugs.ts';

/** The world that shows a seeded bug, and what is broken there; null where no world of so many states shows it. */
export interface Caught {
  readonly world: string;
  readonly what: string;
  readonly steps: number;
}

/** Searches the worlds with the bug put in, in a thread of its own. */
export async function catchBug(bug: SeededBug, limit: number): Promise<Caught | null> {
  const worker = new Worker(new URL('./bug-worker.ts', import.meta.url), { workerData: { bug, limit } });
  const { promise, resolve } = Promise.withResolvers<Caught | null>();
  worker.once('message', resolve);
  // A worker that breaks down with the bug has caught it too.
  worker.once('error', (error: Error) => resolve({ world: '', what: error.message, steps: 0 }));
  try {
    return await promise;
  } finally {
    await worker.terminate();
  }
}
