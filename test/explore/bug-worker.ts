import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Caught } from './catch-bug.ts';
import type { SeededBug } from './seeded-bugs.ts';

const { bug, limit } = workerData as { readonly bug: SeededBug; readonly limit: number };
const url = new URL(`../../${bug.file}`, import.meta.url).href;

/** Puts the bug into the file as it is loaded; nothing on the disk changes. */
registerHooks({
  load(loaded, context, next) {
    const module = next(loaded, context);
    if (loaded !== url) return module;
    const source = Buffer.from(module.source as Uint8Array).toString();
    if (source.split(bug.from).length !== 2) throw new Error(`${bug.file} has no single place: ${bug.from}`);
    return { ...module, source: source.replace(bug.from, () => bug.to) };
  },
});

const { search } = await import('./search.ts');
const { WORLDS } = await import('./worlds.ts');

// First the world that is known to show it, without crashes and second deliveries, of which most bugs need none.
const known = WORLDS.filter(({ name }) => name === bug.world);
const calm = known.map((plan) => ({ ...plan, crashes: 0, duplicates: 0 }));
const others = WORLDS.filter(({ name }) => name !== bug.world);
let caught: Caught | null = null;
for (const plan of [...calm, ...known, ...others]) {
  const { broken, name } = search(plan, limit);
  if (broken === null) continue;
  caught = { world: name, what: broken.what, steps: broken.trace.length };
  break;
}
parentPort?.postMessage(caught);
