import { json, type OrgRequest, type OrgResponse } from '../http-message.ts';
import type { OrgState } from '../org-state.ts';

/**
 * Tells who an access token belongs to.
 * {@link https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm}
 */
export function userinfo(org: OrgState, request: OrgRequest, baseUrl: string): OrgResponse {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const session = token === undefined ? undefined : org.sessions.use(token, org.clock.now());
  if (!session)
    return { status: 403, headers: { 'Content-Type': 'text/html; charset=UTF-8' }, body: 'Bad_OAuth_Token' };
  const { id, username } = session.user;
  const { organizationId } = org.standard;
  const row = org.store.table('User').get(id) ?? {};
  return json(200, {
    sub: `${baseUrl}/id/${organizationId}/${id}`,
    user_id: id,
    organization_id: organizationId,
    preferred_username: username,
    nickname: row.CommunityNickname ?? username,
    name: row.Name ?? username,
    email: row.Email ?? username,
    email_verified: true,
    given_name: row.FirstName ?? null,
    family_name: row.LastName ?? null,
    zoneinfo: 'GMT',
    profile: `${baseUrl}/${id}`,
    urls: urlsOf(baseUrl, id),
    active: row.IsActive ?? true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: 0,
  });
}

function urlsOf(baseUrl: string, userId: string): Record<string, string> {
  const rest = `${baseUrl}/services/data/v{version}`;
  return {
    rest: `${rest}/`,
    sobjects: `${rest}/sobjects/`,
    search: `${rest}/search/`,
    query: `${rest}/query/`,
    profile: `${baseUrl}/${userId}`,
  };
}
