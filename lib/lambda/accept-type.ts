import { acceptField } from '../sync/operate/accept-field.ts';
import type { Ports } from '../sync/ports/ports.ts';
import { Problem } from './api/problem.ts';
import { acceptBody } from './api/request-shapes.ts';
import type { ApiAnswer, ApiRequest } from './http-api.ts';
import { parse } from './person-requests.ts';

/** `{"object": "Lead", "field": "Score__c"}`: accepts the present type of a field in quarantine. */
export async function acceptType(ports: Pick<Ports, 'state'>, request: ApiRequest): Promise<ApiAnswer> {
  const { object, field } = parse(acceptBody, request.body);
  const outcome = await acceptField(ports, object, field);
  if (outcome.kind === 'accepted') return { status: 200, body: { object, field, from: outcome.from, to: outcome.to } };
  throw new Problem('not-found', `no change of the type of ${object}.${field} waits to be accepted`);
}
