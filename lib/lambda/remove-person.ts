import type { Ports } from '../sync/ports/ports.ts';
import { deletePersonHere } from '../sync/sync-person/delete-person.ts';
import { erasePersonHere } from '../sync/sync-person/erase-person.ts';
import type { ApiAnswer, ApiRequest } from './http-api.ts';
import { deleteAnswer } from './person-answers.ts';
import { parseDelete, parsePersonId } from './person-requests.ts';

/** Deletes or erases the person named in the path. */
export async function removePerson(ports: Ports, request: ApiRequest): Promise<ApiAnswer> {
  const deletion = parseDelete(request);
  const remove = deletion.erases ? erasePersonHere : deletePersonHere;
  return deleteAnswer(await remove(ports, parsePersonId(request), deletion.salesforce), deletion);
}
