import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { AwsDeployedStack, stackClients } from './aws-deployed-stack.ts';
import { UsageError } from './command-line.ts';
import { regionOf, type Sign, signer } from './sign-request.ts';

/** An API by its URL. A signature is a secret for as long as it is valid: other machines are asked over TLS only. */
export function apiUrlIn(option: string, text: string): URL {
  const url = URL.parse(text);
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere)) return url;
  throw new UsageError(`${option} takes an https URL, or an http URL of this machine, not "${text}"`);
}

/** The API that the options `--api` and `--stack` name: by its URL, or by the stack that has it as an output. */
export async function apiUrlOf({ api, stack }: { readonly api?: string; readonly stack?: string }): Promise<URL> {
  if (api !== undefined && stack !== undefined) throw new UsageError('name a stack or an API, not both');
  if (api !== undefined) return apiUrlIn('--api', api);
  const name = stack ?? DEFAULT_STACK;
  const { ApiUrl } = await new AwsDeployedStack(name, stackClients()).outputs();
  if (ApiUrl === undefined) throw new UsageError(`stack ${name} has no output ApiUrl: is it ${DEFAULT_STACK}?`);
  return apiUrlIn('ApiUrl', ApiUrl);
}

export const DEFAULT_STACK = 'LockstepSync';

/** The address of a path and its query below the API's URL, which may have a path of its own. */
export function addressOf(apiUrl: URL, pathAndQuery: string): URL {
  return new URL(apiUrl.pathname.replace(/\/$/, '') + pathAndQuery, apiUrl);
}

/** Signs with the caller's AWS credentials; undefined for the sandbox on this machine, which asks for no signature. */
export function signFor(apiUrl: URL): Sign | undefined {
  if (apiUrl.protocol === 'http:') return undefined;
  const region = regionOf(apiUrl) ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (region === undefined) throw new UsageError(`set AWS_REGION: ${apiUrl.host} does not say the region`);
  return signer(defaultProvider(), region);
}

/** The same, or with the token in LOCKSTEP_TOKEN where there is one: for an API behind a JWT authorizer. */
export function signOrTokenFor(apiUrl: URL): Sign | undefined {
  const token = process.env.LOCKSTEP_TOKEN;
  return token === undefined ? signFor(apiUrl) : withToken(token);
}

/** Sends a bearer token in place of a signature. */
export function withToken(token: string): Sign {
  return async ({ headers }) => ({ ...headers, authorization: `Bearer ${token}` });
}
