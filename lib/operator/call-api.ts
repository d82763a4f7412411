import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { AwsDeployedStack, stackClients } from './aws-deployed-stack.ts';
import { UsageError } from './command-line.ts';
import { regionOf, type Sign, signer } from './sign-request.ts';

/** An API's URL. A valid signature is a secret: remote machines are called over TLS only. */
export function apiUrlIn(option: string, text: string): URL {
  const url = URL.parse(text);
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere)) return url;
  throw new UsageError(`${option} takes an https URL, or an http URL of this machine, not "${text}"`);
}

/** The API's URL from the options `--api` and `--stack`: given directly, or from the stack's outputs. */
export async function apiUrlOf({ api, stack }: { readonly api?: string; readonly stack?: string }): Promise<URL> {
  if (api !== undefined && stack !== undefined) throw new UsageError('name a stack or an API, not both');
  if (api !== undefined) return apiUrlIn('--api', api);
  const name = stack ?? DEFAULT_STACK;
  const { ApiUrl } = await new AwsDeployedStack(name, stackClients()).outputs();
  if (ApiUrl === undefined) throw new UsageError(`stack ${name} has no output ApiUrl: is it ${DEFAULT_STACK}?`);
  return apiUrlIn('ApiUrl', ApiUrl);
}

export const DEFAULT_STACK = 'LockstepSync';

/** The address of a path and query below the API's URL, which may include a path. */
export function addressOf(apiUrl: URL, pathAndQuery: string): URL {
  return new URL(apiUrl.pathname.replace(/\/$/, '') + pathAndQuery, apiUrl);
}

/** Signs with the caller's AWS credentials; undefined for the local sandbox, which needs no signature. */
export function signFor(apiUrl: URL): Sign | undefined {
  if (apiUrl.protocol === 'http:') return undefined;
  const region = regionOf(apiUrl) ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (region === undefined) throw new UsageError(`set AWS_REGION: ${apiUrl.host} does not say the region`);
  return signer(defaultProvider(), region);
}

/** The same, or with the token in LOCKSTEP_TOKEN if set, for an API with a JWT authorizer. */
export function signOrTokenFor(apiUrl: URL): Sign | undefined {
  const token = process.env.LOCKSTEP_TOKEN;
  return token === undefined ? signFor(apiUrl) : withToken(token);
}

/** Sends a bearer token instead of a signature. */
export function withToken(token: string): Sign {
  return async ({ headers }) => ({ ...headers, authorization: `Bearer ${token}` });
}
