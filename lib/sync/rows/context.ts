import type { Context } from '../context/context.ts';
import type { Ports } from '../ports/ports.ts';

export type RowContext = Context<Pick<Ports, 'persons' | 'records' | 'queue' | 'clock'>>;
