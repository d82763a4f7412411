import type { Fact } from './fact.ts';
import type { Stage } from './stage.ts';

/** One behaviour of the product, acted out. */
export interface Step {
  readonly title: string;
  /** Acts it out and tells what is to be seen then; the step holds if every fact does. */
  readonly play: (stage: Stage) => Promise<readonly Fact[]>;
}

/** A step of the tour: `act` does what people and programs would do, `check` looks at both sides afterwards. */
export function defineStep<Scene>({
  title,
  act,
  check,
}: {
  readonly title: string;
  readonly act: (stage: Stage) => Promise<Scene>;
  readonly check: (stage: Stage, scene: Scene) => Promise<readonly Fact[]>;
}): Step {
  return { title, play: async (stage) => check(stage, await act(stage)) };
}
