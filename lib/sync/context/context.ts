import type { Ports } from '../ports/ports.ts';
import type { Schemas } from './schemas.ts';

/** The environment of a use case: the needed ports, and the schemas of the objects. */
export interface Context<Needed = Ports> {
  readonly ports: Needed;
  readonly schemas: Schemas;
}

/** The environment of decisions about rows. */
export type RowContext = Context<Pick<Ports, 'persons' | 'records' | 'queue' | 'clock'>>;
