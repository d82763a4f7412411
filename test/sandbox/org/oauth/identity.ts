import type { OrgState } from '../org-state.ts';
import { offsetOf } from '../soql/date-ranges.ts';
import type { OrgUser } from '../standard-records.ts';

/**
 * The user as OpenID Connect names what it tells.
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_userinfo_endpoint.htm}
 */
export function openIdUser(org: OrgState, user: OrgUser, baseUrl: string): Record<string, unknown> {
  const row = org.store.table('User').get(user.id) ?? {};
  const { picture } = photos(baseUrl);
  return {
    sub: idUrl(org, user, baseUrl),
    ...common(org, user, baseUrl),
    preferred_username: user.username,
    nickname: row.CommunityNickname,
    name: row.Name,
    given_name: row.FirstName,
    family_name: row.LastName,
    zoneinfo: row.TimeZoneSidKey,
    profile: `${baseUrl}/${user.id}`,
    picture,
    address: { country: null },
    updated_at: row.SystemModstamp,
  };
}

/**
 * The user as an identity URL tells of it.
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_openid.htm}
 */
export function identity(org: OrgState, user: OrgUser, baseUrl: string): Record<string, unknown> {
  const row = org.store.table('User').get(user.id) ?? {};
  return {
    id: idUrl(org, user, baseUrl),
    asserted_user: true,
    ...common(org, user, baseUrl),
    username: user.username,
    nick_name: row.CommunityNickname,
    display_name: row.Name,
    first_name: row.FirstName,
    last_name: row.LastName,
    timezone: row.TimeZoneSidKey,
    addr_street: null,
    addr_city: null,
    addr_state: null,
    addr_country: null,
    addr_zip: null,
    mobile_phone: row.MobilePhone ?? null,
    mobile_phone_verified: false,
    status: { created_date: null, body: null },
    last_modified_date: row.SystemModstamp,
  };
}

function idUrl(org: OrgState, user: OrgUser, baseUrl: string): string {
  return `${baseUrl}/id/${org.standard.organizationId}/${user.id}`;
}

function photos(baseUrl: string): { picture: string; thumbnail: string } {
  return { picture: `${baseUrl}/profilephoto/005/F`, thumbnail: `${baseUrl}/profilephoto/005/T` };
}

/** What both forms tell in the same words. */
function common(org: OrgState, user: OrgUser, baseUrl: string): Record<string, unknown> {
  const row = org.store.table('User').get(user.id) ?? {};
  return {
    user_id: user.id,
    organization_id: org.standard.organizationId,
    email: row.Email,
    email_verified: true,
    photos: photos(baseUrl),
    is_salesforce_integration_user: false,
    urls: urls(user, baseUrl),
    active: row.IsActive,
    user_type: 'STANDARD',
    language: row.LanguageLocaleKey,
    locale: row.LocaleSidKey,
    utcOffset: offsetOf(new Date(org.clock.now()), String(row.TimeZoneSidKey ?? 'GMT')),
    is_app_installed: true,
  };
}

/** Where a client goes on, as far as the org has it. */
function urls(user: OrgUser, baseUrl: string): Record<string, string> {
  const api = `${baseUrl}/services/data/v{version}`;
  return {
    rest: `${api}/`,
    sobjects: `${api}/sobjects/`,
    search: `${api}/search/`,
    query: `${api}/query/`,
    recent: `${api}/recent/`,
    profile: `${baseUrl}/${user.id}`,
    custom_domain: baseUrl,
  };
}
