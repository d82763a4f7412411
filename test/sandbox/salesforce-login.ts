import { UsageError } from '../../lib/operator/command-line.ts';
import { isSecureUrl } from '../../lib/salesforce/sites.ts';
import { fetchPatiently } from './fetch-patiently.ts';

/** Signs in once, so that a wrong URL or a refused credential is reported before anything starts. */
export async function checkLogin(org: { loginUrl: string; clientId: string; clientSecret: string }): Promise<void> {
  const { loginUrl, clientId, clientSecret } = org;
  if (!isSecureUrl(loginUrl)) {
    throw new UsageError('SALESFORCE_LOGIN_URL has to begin with https://, as the secret would be sent in the clear');
  }
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  const url = new URL('/services/oauth2/token', loginUrl);
  const answer = await fetchPatiently(url, { method: 'POST', body }).catch(() => {
    throw new UsageError(`no org answers at ${url.origin}: check SALESFORCE_LOGIN_URL`);
  });
  if (answer.ok) return;
  const said = (await answer.text()).slice(0, 300);
  const code = /"error"\s*:\s*"([a-z_]+)"/.exec(said)?.[1] ?? `HTTP ${answer.status}`;
  throw new UsageError(
    `the org at ${url.origin} refused the sign-in (${code}): check SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET`,
  );
}
