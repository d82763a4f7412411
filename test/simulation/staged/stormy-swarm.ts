import type { Dice } from '../dice.ts';
import { type FaultName, Swarm } from '../swarm.ts';
import type { Stage, Storm } from './stage.ts';

/** The faults of a stage: in a storm a fault strikes as the storm says, at other times as in any story. */
export class StormySwarm extends Swarm {
  /** Milliseconds since the story began; to be set when time exists. */
  elapsed: () => number = () => 0;
  readonly #storms: readonly Storm[];

  constructor({ faults, storms }: Stage) {
    super(faults);
    this.#storms = storms;
  }

  override strikes(name: FaultName, dice: Dice): boolean {
    const storm = this.healed ? undefined : this.#stormOf(name);
    if (storm === undefined) return super.strikes(name, dice);
    if (!dice.chance(storm.strikes)) return false;
    this.count(name);
    return true;
  }

  #stormOf(name: FaultName): Storm | undefined {
    if (this.#storms.length === 0) return undefined;
    const now = this.elapsed();
    return this.#storms.find(({ fault, from, to }) => fault === name && from <= now && now < to);
  }
}
