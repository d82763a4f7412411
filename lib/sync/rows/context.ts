import type { Ports } from '../ports/ports.ts';
import type { Schemas } from '../schemas.ts';

export type RowPorts = Pick<Ports, 'persons' | 'records' | 'queue' | 'clock'>;

/** What deciding about rows works with. */
export interface RowContext {
  readonly ports: RowPorts;
  readonly schemas: Schemas;
}

/** How many persons are read or written at once. */
export const STORE_PARALLELISM = 24;
