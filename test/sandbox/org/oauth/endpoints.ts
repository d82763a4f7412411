import { json, type OrgRequest, type OrgResponse } from '../http-message.ts';
import type { OrgState } from '../org-state.ts';
import { issueToken } from './token.ts';

type Endpoint = (org: OrgState, request: OrgRequest, baseUrl: string) => OrgResponse;

const endpoints: Readonly<Record<string, Endpoint>> = {
  'POST /services/oauth2/token': issueToken,
};

/** Answers a request below `/services/oauth2`. */
export function oauth(org: OrgState, request: OrgRequest, baseUrl: string): OrgResponse {
  const [path = ''] = request.path.split('?');
  const endpoint = endpoints[`${request.method} ${path}`];
  if (!endpoint) return json(404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]);
  if (path.endsWith('/token')) org.stats.byKind.token += 1;
  return endpoint(org, request, baseUrl);
}
