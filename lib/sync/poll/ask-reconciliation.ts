import type { Ports } from '../ports/ports.ts';
import type { ReconciliationAsk } from '../state/reconciliation.ts';

/** Asks for a reconciliation, which the next cycle with time and calls to spare begins. */
export async function askReconciliation(
  ports: { readonly ids: Ports['ids']; readonly state: Pick<Ports['state'], 'askReconciliation'> },
  ask: Omit<ReconciliationAsk, 'id'>,
): Promise<void> {
  await ports.state.askReconciliation({ ...ask, id: ports.ids.next() });
}
