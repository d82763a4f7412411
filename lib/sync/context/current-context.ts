import type { Context } from './context.ts';
import { type DescribePorts, describedSchemas, type Schemas } from './schemas.ts';

/**
 * The context of a run. If Salesforce no longer knows a field, hidden or deleted after the schemas were made, the
 * schemas are renewed once. The result is not stored: the poll detects the change separately.
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
