import { parseArgs } from 'node:util';
import { playStage } from './play-stage.ts';
import { STAGE_NAMES, STAGES, type StageName } from './stages.ts';

/** `node test/simulation/staged/main.ts [--stage name] [--seeds N] [--from S]`; a single seed's story is printed. */
const { values: options } = parseArgs({
  options: {
    stage: { type: 'string' },
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
  },
});

const [seeds, from] = [Number(options.seeds), Number(options.from)];
const names = STAGE_NAMES.filter((name) => options.stage === undefined || options.stage === name);
if (names.length === 0) console.error(`stages: ${STAGE_NAMES.join(', ')}`);
let failed = names.length === 0 ? 1 : 0;
for (const name of names) failed += await runFamily(name);
process.exitCode = failed > 0 ? 1 : 0;

async function runFamily(name: StageName): Promise<number> {
  let failures = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const { broken, story } = await playStage(STAGES[name](seed), seeds === 1);
    for (const line of story) console.log(line);
    if (broken.length === 0) continue;
    failures += 1;
    console.log(`${name} ${seed}: ${broken.join('\n  ')}`);
  }
  console.log(`${name}: ${seeds} seeds, ${failures} failed`);
  return failures;
}
