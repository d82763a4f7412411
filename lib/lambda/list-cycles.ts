import type { SyncStateStore } from '../sync/ports/sync-state-store.ts';
import type { ApiAnswer, ApiRequest } from './http-api.ts';
import { parsePaging } from './person-requests.ts';

/** A page of the cycles of the last days. */
export async function listCycles(state: Pick<SyncStateStore, 'cycles'>, request: ApiRequest): Promise<ApiAnswer> {
  const { limit, cursor } = parsePaging(request);
  const page = await state.cycles(limit, cursor);
  return { status: 200, body: { cycles: page.items, cursor: page.cursor } };
}
