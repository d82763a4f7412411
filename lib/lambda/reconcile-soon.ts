import { askReconciliation } from '../sync/poll/ask-reconciliation.ts';
import type { Ports } from '../sync/ports/ports.ts';
import { reconcileBody } from './api/request-shapes.ts';
import type { ApiAnswer, ApiRequest } from './http-api.ts';
import { parse } from './person-requests.ts';

/** The optional body `{"acceptMissing": true}` confirms that all missing records were deleted. */
export async function reconcileSoon(ports: Pick<Ports, 'ids' | 'state'>, request: ApiRequest): Promise<ApiAnswer> {
  const { acceptMissing } = parse(reconcileBody, request.body ?? {});
  await askReconciliation(ports, { reason: 'asked', acceptMissing });
  return { status: 202, body: { acceptMissing } };
}
