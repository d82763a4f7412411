import { parentPort } from 'node:worker_threads';
import { runSeeds, type SeedRange } from './run-seeds.ts';

/** Runs the ranges that it is given, one after the other, and answers each with its tally. */
parentPort?.on('message', (range: SeedRange) => {
  void runSeeds(range).then((tally) => parentPort?.postMessage(tally));
});
