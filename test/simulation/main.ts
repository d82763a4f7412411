import { drawScenario } from './scenario.ts';
import { simulate } from './simulate.ts';

const from = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 1);
const only = process.argv[4];
const began = performance.now();
let failed = 0;
let steps = 0;
const hits: Record<string, number> = {};
const kinds: Record<string, number[]> = {};
for (let seed = from; seed < from + count; seed += 1) {
  let scenario = drawScenario(seed);
  if (only !== undefined)
    scenario = {
      ...scenario,
      faults: only === 'none' ? [] : only === 'all' ? scenario.faults : (only.split(',') as never),
    };
  const outcome = await simulate(scenario, count === 1);
  steps += outcome.steps;
  for (const [k, v] of Object.entries(outcome.hits)) hits[k] = (hits[k] ?? 0) + (v ?? 0);
  if (count === 1) console.log(outcome.story.join('\n'), scenario.faults);
  if (outcome.broken.length > 0) {
    failed += 1;
    for (const b of new Set(outcome.broken.map((x) => x.split(':')[0]!))) (kinds[b] ??= []).push(seed);
    if (failed <= 8 || count === 1) console.log(seed, outcome.broken.slice(0, 4), scenario.faults.join());
  }
}
console.log({ count, failed, steps, ms: performance.now() - began, hits });
for (const [k, v] of Object.entries(kinds)) console.log(k, v.length, v.slice(0, 12).join());
