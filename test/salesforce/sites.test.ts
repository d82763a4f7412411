import { expect, test } from 'vitest';
import { isSecureUrl, isSiteOfLogin, organizationOf } from '../../lib/salesforce/sites.ts';
import { checkLogin } from '../sandbox/salesforce-login.ts';

test.each([
  ['https://acme.my.salesforce.com', true],
  ['https://127.0.0.1:4501', true],
  ['http://127.0.0.1:4501', true],
  ['http://localhost:4501', true],
  ['http://[::1]:4501', true],
  ['http://acme.my.salesforce.com', false],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost.example.com', false],
  ['ftp://127.0.0.1', false],
  ['acme.my.salesforce.com', false],
])('a secret may be sent to %s: %s', (url, expected) => {
  expect(isSecureUrl(url)).toBe(expected);
});

test('the sandbox sends no secret over a network without https either', async () => {
  const org = { loginUrl: 'http://acme.my.salesforce.com', clientId: 'x', clientSecret: 'x' };
  await expect(checkLogin(org)).rejects.toThrow('SALESFORCE_LOGIN_URL has to begin with https://');
});

const LOGIN = 'https://acme.my.salesforce.com';

test.each([
  [LOGIN, LOGIN, true],
  ['https://acme--dev.sandbox.my.salesforce.com', LOGIN, true],
  ['https://eu42.salesforce.com', 'https://login.salesforce.com', true],
  ['https://acme.my.salesforce.mil', LOGIN, true],
  ['https://acme.my.sfcrmproducts.cn', LOGIN, true],
  ['http://127.0.0.1:4501', 'http://127.0.0.1:4501', true],
  ['https://gateway.example.com/salesforce', 'https://gateway.example.com', true],
  ['http://acme.my.salesforce.com', LOGIN, false],
  ['https://salesforce.com.evil.example', LOGIN, false],
  ['https://evilsalesforce.com', LOGIN, false],
  ['https://acme.my.salesforce.com@evil.example', LOGIN, false],
  ['https://evil.example', 'https://gateway.example.com', false],
  ['http://127.0.0.1:4501', LOGIN, false],
  ['', LOGIN, false],
])('a token may be sent to %s after a login at %s: %s', (instanceUrl, loginUrl, expected) => {
  expect(isSiteOfLogin(instanceUrl, loginUrl)).toBe(expected);
});

test('an org is known by its organization id, wherever the answer has it, else by its host', () => {
  const instanceUrl = 'https://acme.my.salesforce.com';
  const id = 'https://login.salesforce.com/id/00D50000000IZ3ZEAW/00550000001fg5OAAQ';
  const token = '00D50000000IZ3Z!AQgAQH0Yd9M51BU';
  expect(organizationOf({ id, token: 'opaque', instanceUrl })).toBe('00D50000000IZ3ZEAW');
  expect(organizationOf({ token, instanceUrl })).toBe('00D50000000IZ3ZEAW');
  expect(organizationOf({ token: 'opaque', instanceUrl })).toBe('acme.my.salesforce.com');
});
