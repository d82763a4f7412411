import { toLongId } from '../person/field-value.ts';

/**
 * Domains of Salesforce, including the government and China clouds.
 *
 * @see https://github.com/forcedotcom/sfdx-core/blob/main/src/util/sfdcUrl.ts
 * @see https://help.salesforce.com/s/articleView?id=000383173
 */
const SALESFORCE_DOMAINS = [
  'salesforce.com',
  'force.com',
  'cloudforce.com',
  'salesforce.mil',
  'force.mil',
  'crmforce.mil',
  'sfcrmproducts.cn',
  'sfcrmapps.cn',
];

/** Hosts of the local machine: requests cross no network. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a secret may be sent to the URL: over https, or to the local machine. */
export function isSecureUrl(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname ?? ''));
}

/** Whether a token may be sent to the site named in the login answer: a Salesforce host, or the login's own host. */
export function isSiteOfLogin(instanceUrl: string, loginUrl: string): boolean {
  const [instance, login] = [URL.parse(instanceUrl), URL.parse(loginUrl)];
  if (instance === null || login === null || !isSecureUrl(instanceUrl)) return false;
  if (instance.hostname === login.hostname) return true;
  return SALESFORCE_DOMAINS.some((domain) => instance.hostname.endsWith(`.${domain}`));
}

/**
 * Identifies an org: the organization id, from the identity URL of the token answer
 * (`https://login.salesforce.com/id/<organization id>/<user id>`) or from the part of the token before `!`. Without an
 * id, the org's host.
 *
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_openid.htm
 */
export function organizationOf(answer: {
  readonly id?: string;
  readonly token: string;
  readonly instanceUrl: string;
}): string {
  const named = /\/id\/(00D\w{12,15})\//.exec(answer.id ?? '')?.[1] ?? /^(00D\w{12,15})!/.exec(answer.token)?.[1];
  return named === undefined ? (URL.parse(answer.instanceUrl)?.hostname ?? answer.instanceUrl) : toLongId(named);
}
