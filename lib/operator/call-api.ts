import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { UsageError } from './command-line.ts';
import { regionOf, type Sign, signer } from './sign-request.ts';

/** An API by its URL. A signature is a secret for as long as it is valid: other machines are asked over TLS only. */
export function apiUrlIn(option: string, text: string): URL {
  const url = URL.parse(text);
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere)) return url;
  throw new UsageError(`${option} takes an https URL, or an http URL of this machine, not "${text}"`);
}

/** Signs with the caller's AWS credentials; undefined for the sandbox on this machine, which asks for no signature. */
export function signFor(apiUrl: URL): Sign | undefined {
  if (apiUrl.protocol === 'http:') return undefined;
  const region = regionOf(apiUrl) ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (region === undefined) throw new UsageError(`set AWS_REGION: ${apiUrl.host} does not say the region`);
  return signer(defaultProvider(), region);
}
