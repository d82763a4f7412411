import fc from 'fast-check';
import { test } from 'vitest';
import { type Act, anyAct, SideBySide } from './acts.ts';
import { Life } from './life.ts';

/** The same stories each time; more by `LIFE_RUNS`, others by `LIFE_SEED`. */
const RUNS = Number(process.env.LIFE_RUNS ?? 500);
const SEED = Number(process.env.LIFE_SEED ?? 1);

/** Something that happens, as a command of fast-check. */
class Happens implements fc.AsyncCommand<object, SideBySide> {
  readonly #act: Act;

  constructor(act: Act) {
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  async run(_model: object, real: SideBySide): Promise<void> {
    await real.act(this.#act);
  }

  toString(): string {
    return JSON.stringify(this.#act);
  }
}

test('whatever happens to rows and persons, the product comes to what the reference model says', async () => {
  const beginning: readonly Act[] = [
    { kind: 'addLead' },
    { kind: 'addLead' },
    { kind: 'addContact' },
    { kind: 'settle' },
  ];
  await fc.assert(
    fc.asyncProperty(fc.commands([anyAct.map((act) => new Happens(act))], { size: 'medium' }), async (commands) => {
      const real = new SideBySide(new Life());
      for (const act of beginning) await real.act(act);
      await fc.asyncModelRun(() => ({ model: {}, real }), commands);
      await real.settle();
    }),
    { numRuns: RUNS, seed: SEED },
  );
}, 600_000);
