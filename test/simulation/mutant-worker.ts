import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Mutant } from './mutants.ts';
import { REGRESSIONS } from './regressions.ts';
import type { FaultName } from './swarm.ts';

const { mutant, seeds } = workerData as { readonly mutant: Mutant; readonly seeds: number };
const url = new URL(`../../${mutant.file}`, import.meta.url).href;

/** Puts the bug into the file as it is loaded; nothing on the disk changes. */
registerHooks({
  load(loaded, context, next) {
    const module = next(loaded, context);
    if (loaded !== url) return module;
    const source = Buffer.from(module.source as Uint8Array).toString();
    if (source.split(mutant.from).length !== 2) throw new Error(`${mutant.file} has no single place: ${mutant.from}`);
    return { ...module, source: source.replace(mutant.from, () => mutant.to) };
  },
});

/** The first seed that tells on the bug: one that once found a bug, as it is, or any with the faults that provoke it. */
async function run(): Promise<{ readonly seed: number; readonly broken: string } | undefined> {
  const { drawScenario } = await import('./scenario.ts');
  const { simulate } = await import('./simulate.ts');
  const told = async (seed: number, provoked: readonly FaultName[]) => {
    parentPort?.postMessage({ kind: 'seed' });
    const scenario = drawScenario(seed);
    const faults = [...new Set<FaultName>([...scenario.faults, ...provoked])];
    const { broken } = await simulate({ ...scenario, faults });
    return broken[0] === undefined ? undefined : { seed, broken: broken[0] };
  };
  for (const [seed] of REGRESSIONS) {
    const killed = await told(seed, []);
    if (killed !== undefined) return killed;
  }
  for (let seed = 1; seed <= seeds; seed += 1) {
    const killed = await told(seed, mutant.with ?? []);
    if (killed !== undefined) return killed;
  }
  return undefined;
}

parentPort?.postMessage({ kind: 'end', killed: await run() });
