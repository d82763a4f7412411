import { createSign, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Org } from '../sandbox/org/create-org.ts';
import { control, type Json, signIn, stillOrg, withToken } from './org-client.ts';

function ask(org: Org, form: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(form).toString();
  const { status, body: answer } = org.handle({ method: 'POST', path: '/services/oauth2/token', headers, body });
  return { status, body: answer as Json };
}

function userInfo(org: Org, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  return org.handle({ method: 'GET', path: '/services/oauth2/userinfo', headers });
}

const lockstep = { client_id: 'lockstep', client_secret: 'lockstep' };

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm */
describe('the client credentials flow', () => {
  it('gives a token to the client’s own user, but no refresh token', () => {
    const org = stillOrg();
    const { status, body } = ask(org, { grant_type: 'client_credentials', ...lockstep });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      access_token: expect.stringMatching(/^00D\w{12}!/),
      instance_url: 'https://simulated.my.salesforce.com',
      token_type: 'Bearer',
      issued_at: String(org.clock.now()),
    });
    expect(body).not.toHaveProperty('refresh_token');
    expect(org.state.stats).toMatchObject({ requests: 0, byKind: { token: 1 } });
  });

  it('takes the client by Basic authentication', () => {
    const basic = `Basic ${Buffer.from('admin:admin').toString('base64')}`;
    const { status } = ask(stillOrg(), { grant_type: 'client_credentials' }, { authorization: basic });
    expect(status).toBe(200);
  });

  it.each([
    [{ grant_type: 'client_credentials', client_id: 'lockstep', client_secret: 'wrong' }, 'invalid_client'],
    [{ grant_type: 'client_credentials', client_id: 'nobody', client_secret: 'nobody' }, 'invalid_client_id'],
    [{ grant_type: 'magic', client_id: 'lockstep' }, 'unsupported_grant_type'],
    [{ grant_type: 'refresh_token', refresh_token: 'made up', ...lockstep }, 'invalid_grant'],
    [{ grant_type: 'authorization_code', code: 'made up', ...lockstep }, 'invalid_grant'],
  ])('refuses %j', (form, error) => {
    const { status, body } = ask(stillOrg(), form as Record<string, string>);
    expect([status, body.error]).toEqual([400, error]);
  });
});

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm */
describe('the JWT bearer flow', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  function assertion(org: Org, differences: Record<string, unknown> = {}): string {
    const claims = {
      iss: 'lockstep',
      sub: 'lockstep@org.example.com',
      aud: 'https://login.salesforce.com',
      exp: org.clock.now() / 1000 + 120,
      ...differences,
    };
    const signed = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey).toString('base64url')}`;
  }

  it('signs in the user whom a signed assertion names', () => {
    const org = stillOrg();
    control(org, 'POST certificates', { clientId: 'lockstep', publicKey: pem });
    const { status, body } = ask(org, { grant_type, assertion: assertion(org) });
    expect(status).toBe(200);
    expect(userInfo(org, String(body.access_token)).body).toMatchObject({
      preferred_username: 'lockstep@org.example.com',
    });
  });

  it.each([
    ['an expired one', { exp: 0 }],
    ['one that lives too long', { exp: 9_999_999_999 }],
    ['one for another audience', { aud: 'https://elsewhere.example.com' }],
    ['one for a user of another client', { sub: 'admin@org.example.com' }],
  ])('refuses %s', (_what, differences) => {
    const org = stillOrg();
    control(org, 'POST certificates', { clientId: 'lockstep', publicKey: pem });
    const { status, body } = ask(org, { grant_type, assertion: assertion(org, differences) });
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  it('refuses a signature by another key, and a client without a certificate', () => {
    const org = stillOrg();
    const good = assertion(org);
    expect(ask(org, { grant_type, assertion: good }).body.error).toBe('invalid_client');
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    const wrong = other.export({ type: 'spki', format: 'pem' }).toString();
    control(org, 'POST certificates', { clientId: 'lockstep', publicKey: wrong });
    expect(ask(org, { grant_type, assertion: good }).body.error).toBe('invalid_grant');
    expect(ask(org, { grant_type, assertion: 'no assertion' }).body.error).toBe('invalid_grant');
  });
});

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm */
describe('the web server flow', () => {
  function authorised(org: Org): Json {
    const query = 'response_type=code&client_id=lockstep&state=s&redirect_uri=https%3A%2F%2Fclient.example.com%2Fback';
    const { status, headers } = org.handle({ method: 'GET', path: `/services/oauth2/authorize?${query}`, headers: {} });
    const back = new URL(headers.Location ?? '');
    expect([status, back.origin, back.searchParams.get('state')]).toEqual([302, 'https://client.example.com', 's']);
    return ask(org, { grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', ...lockstep }).body;
  }

  it('gives a refresh token that gets new access tokens', () => {
    const org = stillOrg();
    const refresh_token = String(authorised(org).refresh_token);
    const { body } = ask(org, { grant_type: 'refresh_token', refresh_token, ...lockstep });
    expect(withToken(org, String(body.access_token)).get('/limits').status).toBe(200);
  });

  /** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_revoke_token.htm */
  it('ends when the refresh token is revoked', () => {
    const org = stillOrg();
    const { access_token, refresh_token } = authorised(org) as unknown as Record<string, string>;
    const revoke = () =>
      org.handle({ method: 'POST', path: '/services/oauth2/revoke', headers: {}, body: `token=${refresh_token}` });
    expect([revoke().status, revoke().status]).toEqual([200, 400]);
    expect(withToken(org, access_token ?? '').get('/limits').status).toBe(401);
    const again = ask(org, { grant_type: 'refresh_token', refresh_token: refresh_token ?? '', ...lockstep });
    expect(again.body.error).toBe('invalid_grant');
  });
});

describe('a session', () => {
  /** https://help.salesforce.com/s/articleView?id=xcloud.admin_sessions.htm */
  it('ends two hours after its last use', () => {
    const org = stillOrg();
    const client = signIn(org);
    const statuses = [7199, 7199, 7200].map((seconds) => {
      org.clock.advance(seconds);
      return client.get('/limits').status;
    });
    expect(statuses).toEqual([200, 200, 401]);
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
  it.each([
    [{}, 'INVALID_SESSION_ID', 'Session expired or invalid'],
    [{ authorization: 'Bearer nonsense' }, 'INVALID_SESSION_ID', 'Session expired or invalid'],
    [{ authorization: 'Token nonsense' }, 'INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE'],
  ])('is needed: %j', (headers, errorCode, message) => {
    const org = stillOrg();
    const path = '/services/data/v62.0/limits';
    expect(org.handle({ method: 'GET', path, headers: headers as Record<string, string> })).toMatchObject({
      status: 401,
      body: [{ errorCode, message }],
    });
    expect(org.state.stats.requests).toBe(0);
  });

  /** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_userinfo_endpoint.htm */
  it('tells of its user with photos and an address', () => {
    const org = stillOrg();
    const token = String(ask(org, { grant_type: 'client_credentials', ...lockstep }).body.access_token);
    expect(userInfo(org, token)).toMatchObject({
      status: 200,
      body: {
        user_id: org.state.standard.lockstep.id,
        preferred_username: 'lockstep@org.example.com',
        given_name: 'Integration',
        photos: {
          picture: expect.stringContaining('/profilephoto/'),
          thumbnail: expect.stringContaining('/profilephoto/'),
        },
        address: {},
      },
    });
  });

  /** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_openid.htm */
  it('leads to an identity that has other names for the same', () => {
    const org = stillOrg();
    const { access_token: token, id } = ask(org, { grant_type: 'client_credentials', ...lockstep }).body;
    const headers = { authorization: `Bearer ${String(token)}` };
    const { body } = org.handle({ method: 'GET', path: new URL(String(id)).pathname, headers });
    expect(body).toMatchObject({
      id,
      asserted_user: true,
      username: 'lockstep@org.example.com',
      first_name: 'Integration',
    });
  });

  /** https://github.com/forcedotcom/SalesforceMobileSDK-iOS/issues/3398, https://github.com/jsforce/jsforce/pull/736 */
  it('of an unknown token is told so by userinfo', () => {
    expect(userInfo(stillOrg(), 'nonsense')).toMatchObject({ status: 403, body: 'Bad_OAuth_Token' });
  });

  /** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_versions.htm */
  it('is not needed to list the versions', () => {
    const { status, body } = stillOrg().handle({ method: 'GET', path: '/services/data', headers: {} });
    expect(status).toBe(200);
    expect(body).toContainEqual({ label: "Winter '25", url: '/services/data/v62.0', version: '62.0' });
    expect(body).toContainEqual({ label: "Summer '14", url: '/services/data/v31.0', version: '31.0' });
  });
});
