import { purgeField } from '../sync/operate/purge-field.ts';
import type { Ports } from '../sync/ports/ports.ts';
import { Problem } from './api/problem.ts';
import { purgeBody } from './api/request-shapes.ts';
import type { ApiAnswer, ApiRequest } from './http-api.ts';
import { parse } from './person-requests.ts';

/** `{"object": "Lead", "field": "Salary__c"}`: removes the values of a field hidden from the sync user. */
export async function purgeValues(ports: Pick<Ports, 'state' | 'clock'>, request: ApiRequest): Promise<ApiAnswer> {
  const { object, field } = parse(purgeBody, request.body);
  switch ((await purgeField(ports, object, field)).kind) {
    case 'asked':
      return { status: 202, body: { object, field } };
    case 'visible':
      throw new Problem('field-visible', `the sync user sees ${object}.${field}: only a field out of sight is purged`);
    case 'unknown':
      throw new Problem('not-found', `${object}.${field} was never seen, so no values are stored`);
  }
}
