import { json, type OrgRequest, type OrgResponse } from '../http-message.ts';
import type { OrgState } from '../org-state.ts';
import type { OrgUser } from '../standard-records.ts';
import { userOfClient } from './clients.ts';
import { userOfAssertion } from './jwt.ts';

/** The parameters of a token request, form-encoded or already parsed. */
export function formOf(body: unknown): URLSearchParams {
  if (typeof body === 'string') return new URLSearchParams(body);
  if (typeof body !== 'object' || body === null) return new URLSearchParams();
  return new URLSearchParams(Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]));
}

/** An error of an OAuth endpoint; its shape differs from the other resources'. */
export function oauthError(error: string, description: string): OrgResponse {
  return json(400, { error, error_description: description });
}

interface Client {
  readonly id: string | null;
  readonly secret: string | null;
}

/** The client that the request names, in its form or by Basic authentication. */
function clientOf(request: OrgRequest, form: URLSearchParams): Client {
  const basic = /^Basic\s+(.+)$/i.exec(request.headers.authorization ?? '');
  if (!basic) return { id: form.get('client_id'), secret: form.get('client_secret') };
  const [id = '', secret = ''] = Buffer.from(basic[1] ?? '', 'base64')
    .toString()
    .split(/:(.*)/s);
  return { id: decodeForm(id), secret: decodeForm(secret) };
}

/** Basic credentials of OAuth clients are form-encoded before they are joined (RFC 6749, 2.3.1). */
function decodeForm(text: string): string | null {
  return new URLSearchParams(`text=${text}`).get('text');
}

interface Grant {
  readonly org: OrgState;
  readonly form: URLSearchParams;
  readonly client: Client;
  readonly baseUrl: string;
}

/** Grant types, each with what it answers. */
const GRANTS: Readonly<Record<string, (grant: Grant) => OrgResponse>> = {
  client_credentials: clientCredentials,
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': jwtBearer,
};

/** The user that a client with the right secret signs in as, or the refusal. */
function checkClient({ org, client }: Grant): OrgUser | OrgResponse {
  const user = userOfClient(org, client.id);
  if (!user) return oauthError('invalid_client_id', 'client identifier invalid');
  return client.secret === user.name ? user : oauthError('invalid_client', 'invalid client credentials');
}

function isUser(found: OrgUser | OrgResponse): found is OrgUser {
  return 'username' in found;
}

/**
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm}
 */
function clientCredentials(grant: Grant): OrgResponse {
  const user = checkClient(grant);
  return isUser(user) ? json(200, tokenAnswer(grant, user)) : user;
}

/**
 * The last step of the web server flow; its codes work once.
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm}
 */
function authorizationCode(grant: Grant): OrgResponse {
  const { org, form } = grant;
  const client = checkClient(grant);
  if (!isUser(client)) return client;
  const user = org.sessions.spendCode(form.get('code') ?? '');
  if (user?.id !== client.id) return oauthError('invalid_grant', 'invalid authorization code');
  const refresh = org.sessions.giveRefreshToken(user);
  return json(200, { ...tokenAnswer(grant, user), refresh_token: refresh, scope: 'refresh_token api' });
}

/**
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_refresh_token_flow.htm}
 */
function refreshToken(grant: Grant): OrgResponse {
  const { org, form, client } = grant;
  const owner = userOfClient(org, client.id);
  if (!owner) return oauthError('invalid_client_id', 'client identifier invalid');
  const user = org.sessions.userOfRefreshToken(form.get('refresh_token') ?? '');
  if (user?.id !== owner.id) return oauthError('invalid_grant', 'expired access/refresh token');
  return json(200, tokenAnswer(grant, user));
}

/**
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm}
 */
function jwtBearer(grant: Grant): OrgResponse {
  const found = userOfAssertion(grant.org, grant.form.get('assertion') ?? '', grant.baseUrl);
  return found.kind === 'user' ? json(200, tokenAnswer(grant, found.user)) : oauthError(found.error, found.description);
}

function tokenAnswer({ org, baseUrl }: Grant, user: OrgUser): Record<string, unknown> {
  const now = org.clock.now();
  const { organizationId } = org.standard;
  const session = org.sessions.open(user, { organizationId, now });
  return {
    access_token: session.token,
    signature: Buffer.from(`${user.id}${now}`).toString('base64'),
    scope: 'api',
    instance_url: baseUrl,
    id: `${baseUrl}/id/${organizationId}/${user.id}`,
    token_type: 'Bearer',
    issued_at: String(now),
  };
}

/** `POST /services/oauth2/token` */
export function issueToken(org: OrgState, request: OrgRequest, baseUrl: string): OrgResponse {
  const form = formOf(request.body);
  const grant = GRANTS[form.get('grant_type') ?? ''];
  if (!grant) return oauthError('unsupported_grant_type', 'grant type not supported');
  return grant({ org, form, client: clientOf(request, form), baseUrl });
}
