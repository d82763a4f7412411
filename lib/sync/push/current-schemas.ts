import { type DescribePorts, describedSchemas, type Schemas } from '../schemas.ts';

/**
 * The schemas of a run. Where Salesforce does not know a field any more, which was hidden or deleted since they were
 * made, they are made anew, once: the poll stores what it finds by itself.
 */
export class CurrentSchemas {
  #schemas: Schemas;
  #renewal: Promise<void> | undefined;
  readonly #ports: DescribePorts;

  constructor(ports: DescribePorts, schemas: Schemas) {
    this.#ports = ports;
    this.#schemas = schemas;
  }

  get current(): Schemas {
    return this.#schemas;
  }

  get isRenewed(): boolean {
    return this.#renewal !== undefined;
  }

  async renew(): Promise<void> {
    this.#renewal ??= describedSchemas(this.#ports).then((schemas) => {
      this.#schemas = schemas;
    });
    await this.#renewal;
  }
}
