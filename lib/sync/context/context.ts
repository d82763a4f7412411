import type { Ports } from '../ports/ports.ts';
import type { Schemas } from './schemas.ts';

/** What a use case works with: the ports that it needs, and how each object syncs. */
export interface Context<Needed = Ports> {
  readonly ports: Needed;
  readonly schemas: Schemas;
}

/** What the decisions about rows work with. */
export type RowContext = Context<Pick<Ports, 'persons' | 'records' | 'queue' | 'clock'>>;
