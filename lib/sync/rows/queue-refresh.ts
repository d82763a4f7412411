import type { RowName } from '../../person/row.ts';
import { packIds } from '../change-message.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * Has rows read again, later and by somebody else. Sent before two writes that belong together: whoever dies between
 * them leaves a message that leads to what is half done.
 */
export async function queueRefresh(
  { queue, clock }: Pick<Ports, 'queue' | 'clock'>,
  rows: readonly RowName[],
): Promise<void> {
  const queuedAt = clock.now();
  const bodies = [...Map.groupBy(rows, ({ type }) => type)].flatMap(([type, ofType]) => [
    ...packIds({ kind: 'refresh', type, queuedAt }, [...new Set(ofType.map(({ id }) => id))]),
  ]);
  if (bodies.length > 0) await queue.send(bodies);
}
