import type { Ports } from '../ports/ports.ts';
import type { ReconciliationAsk } from '../state/reconciliation.ts';

/** Requests a reconciliation; the next cycle with spare time and calls begins the pass. */
export async function askReconciliation(
  ports: { readonly ids: Ports['ids']; readonly state: Pick<Ports['state'], 'askReconciliation'> },
  ask: Omit<ReconciliationAsk, 'id'>,
): Promise<void> {
  await ports.state.askReconciliation({ ...ask, id: ports.ids.next() });
}
