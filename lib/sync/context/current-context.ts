import type { Context } from './context.ts';
import { type DescribePorts, describedSchemas, type Schemas } from './schemas.ts';

/**
 * The context of a run. Where Salesforce does not know a field any more, which was hidden or deleted since the schemas
 * were made, they are made anew, once: the poll stores what it finds by itself.
 */
export class CurrentContext<Needed extends DescribePorts> implements Context<Needed> {
  readonly ports: Needed;
  #schemas: Schemas;
  #renewal: Promise<void> | undefined;

  constructor({ ports, schemas }: Context<Needed>) {
    this.ports = ports;
    this.#schemas = schemas;
  }

  get schemas(): Schemas {
    return this.#schemas;
  }

  get isRenewed(): boolean {
    return this.#renewal !== undefined;
  }

  async renew(): Promise<void> {
    this.#renewal ??= describedSchemas(this.ports).then((schemas) => {
      this.#schemas = schemas;
    });
    await this.#renewal;
  }
}
