import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Trial } from './mutant-trial.ts';
import type { Mutant } from './mutants/mutant.ts';

/** A worker with a bug in it, or with none: the product as it is. */
const { mutant } = workerData as { readonly mutant: Pick<Mutant, 'file' | 'from' | 'to'> | null };

if (mutant !== null) putIn(mutant);

/** Puts the bug into the file as it is loaded; nothing on the disk changes. */
function putIn({ file, from, to }: Pick<Mutant, 'file' | 'from' | 'to'>): void {
  const url = new URL(`../../${file}`, import.meta.url).href;
  registerHooks({
    load(loaded, context, next) {
      const module = next(loaded, context);
      if (loaded !== url) return module;
      const source = Buffer.from(module.source as Uint8Array).toString();
      if (source.split(from).length !== 2) throw new Error(`${file} has no single place: ${from}`);
      return { ...module, source: source.replace(from, () => to) };
    },
  });
}

/** Plays each story it is given and answers what that broke. */
const { tryOut } = await import('./mutant-trial.ts');
parentPort?.on('message', (trial: Trial) => {
  void tryOut(trial).then((broken) => parentPort?.postMessage({ broken }));
});
