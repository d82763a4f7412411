import { json, type OrgRequest, type OrgResponse } from '../http-message.ts';
import type { OrgState } from '../org-state.ts';
import type { OrgUser } from '../standard-records.ts';

/** The parameters of a token request, form-encoded or already parsed. */
export function formOf(body: unknown): URLSearchParams {
  if (typeof body === 'string') return new URLSearchParams(body);
  if (typeof body !== 'object' || body === null) return new URLSearchParams();
  return new URLSearchParams(Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]));
}

/** An error of an OAuth endpoint; its shape differs from the other resources'. */
export function oauthError(error: string, description: string, status = 400): OrgResponse {
  return json(status, { error, error_description: description });
}

/** The client that the request names, in its form or by Basic authentication. */
function clientOf(request: OrgRequest, form: URLSearchParams): { id: string | null; secret: string | null } {
  const basic = /^Basic\s+(.+)$/i.exec(request.headers.authorization ?? '');
  if (!basic) return { id: form.get('client_id'), secret: form.get('client_secret') };
  const [id = '', secret = ''] = Buffer.from(basic[1] ?? '', 'base64')
    .toString()
    .split(/:(.*)/s);
  return { id: decodeURIComponent(id), secret: decodeURIComponent(secret) };
}

/** Clients are named like the user that they sign in as, and so are their secrets. */
function userOfClient(org: OrgState, id: string | null): OrgUser | undefined {
  const { lockstep, admin } = org.standard;
  return [lockstep, admin].find((user) => user.name === id);
}

interface Grant {
  readonly org: OrgState;
  readonly form: URLSearchParams;
  readonly client: { id: string | null; secret: string | null };
  readonly baseUrl: string;
}

/** Grant types, each with what it answers. */
const GRANTS: Readonly<Record<string, (grant: Grant) => OrgResponse>> = {
  client_credentials: clientCredentials,
};

/**
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm}
 */
function clientCredentials({ org, client, baseUrl }: Grant): OrgResponse {
  const user = userOfClient(org, client.id);
  if (!user) return oauthError('invalid_client_id', 'client identifier invalid');
  if (client.secret !== user.name) return oauthError('invalid_client', 'invalid client credentials');
  return json(200, tokenAnswer(org, user, baseUrl));
}

export function tokenAnswer(org: OrgState, user: OrgUser, baseUrl: string): Record<string, unknown> {
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
