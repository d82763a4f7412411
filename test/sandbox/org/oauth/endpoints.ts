import { empty, json, type OrgRequest, type OrgResponse } from '../http-message.ts';
import type { OrgState } from '../org-state.ts';
import { bearer } from './bearer.ts';
import { userOfClient } from './clients.ts';
import { identity, openIdUser } from './identity.ts';
import { formOf, issueToken, oauthError } from './token.ts';

type Endpoint = (org: OrgState, request: OrgRequest, baseUrl: string) => OrgResponse;

const endpoints: Readonly<Record<string, Endpoint>> = {
  'POST /services/oauth2/token': issueToken,
  'GET /services/oauth2/authorize': authorize,
  'POST /services/oauth2/revoke': revoke,
  'GET /services/oauth2/revoke': revoke,
  'GET /services/oauth2/userinfo': userInfo,
  'POST /services/oauth2/userinfo': userInfo,
};

/** Answers a request below `/services/oauth2`, or for an identity URL. */
export function oauth(org: OrgState, request: OrgRequest, baseUrl: string): OrgResponse {
  const [path = ''] = request.path.split('?');
  const endpoint = path.startsWith('/id/') ? userInfo : endpoints[`${request.method} ${path}`];
  if (!endpoint) return json(404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]);
  if (path.endsWith('/token')) org.stats.byKind.token += 1;
  return endpoint(org, request, baseUrl);
}

function parameters(request: OrgRequest): URLSearchParams {
  const [, search = ''] = request.path.split(/\?(.*)/s);
  return new URLSearchParams([...new URLSearchParams(search), ...formOf(request.body)]);
}

/**
 * The first step of the web server flow. Nobody is here to approve: the client's own user does so at once.
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm}
 */
function authorize(org: OrgState, request: OrgRequest): OrgResponse {
  const asked = parameters(request);
  const user = userOfClient(org, asked.get('client_id'));
  const redirect = asked.get('redirect_uri');
  if (!user) return oauthError('invalid_client_id', 'client identifier invalid');
  if (redirect === null || !URL.canParse(redirect)) return oauthError('redirect_uri_mismatch', 'redirect_uri invalid');
  if (asked.get('response_type') !== 'code')
    return oauthError('unsupported_response_type', 'response type not supported');
  const target = new URL(redirect);
  target.searchParams.set('code', org.sessions.giveCode(user));
  const state = asked.get('state');
  if (state !== null) target.searchParams.set('state', state);
  return empty(302, { Location: target.href });
}

/**
 * Revoking a refresh token ends its user's sessions too.
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_revoke_token.htm}
 */
function revoke(org: OrgState, request: OrgRequest): OrgResponse {
  const token = parameters(request).get('token') ?? '';
  if (org.sessions.end(token) || org.sessions.revokeRefreshToken(token)) return empty(200);
  return oauthError('invalid_token', `invalid token: ${token}`);
}

/** Who is signed in, as the user info endpoint or an identity URL tells it. */
function userInfo(org: OrgState, request: OrgRequest, baseUrl: string): OrgResponse {
  const token = bearer(request);
  const session = org.sessions.use(token ?? '', org.clock.now());
  if (!session) {
    return {
      status: 403,
      headers: { 'Content-Type': 'text/plain' },
      body: token === undefined ? 'Missing_OAuth_Token' : 'Bad_OAuth_Token',
    };
  }
  const { user } = session;
  return json(200, request.path.startsWith('/id/') ? identity(org, user, baseUrl) : openIdUser(org, user, baseUrl));
}
