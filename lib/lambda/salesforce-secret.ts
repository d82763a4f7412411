import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import type { SalesforceCredentials } from '../salesforce/session.ts';
import { isSecureUrl } from '../salesforce/sites.ts';
import { ConfigError, TransientError } from '../sync/errors.ts';
import { NO_CREDENTIALS } from './http-problems.ts';

const text = z.string().check(z.minLength(1));

const secretSchema = z.union([
  z.object({ loginUrl: z.url(), clientId: text, clientSecret: text }),
  z.object({ loginUrl: z.url(), clientId: text, privateKey: text, username: text }),
]);

/** Errors of Secrets Manager requiring an operator, by name. */
const CONFIG_REASONS: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'does not exist: create the secret as described in salesforce/README.md',
  AccessDeniedException: 'may not be read by the function',
  DecryptionFailure: 'cannot be decrypted by the function',
};

/** Cache time of the secret: a changed secret is in use afterwards. */
const MAX_AGE_MS = 15 * 60_000;

/** How often the secret is asked for, and how long each try is waited for. */
export const SECRET_CALL = { maxAttempts: 3, requestTimeout: 3_000 } as const;

let cached:
  | { readonly value: string; readonly credentials: SalesforceCredentials; readonly readAt: number }
  | undefined;

/**
 * The org's credentials from Secrets Manager, read at most every quarter of an hour; returns the same object while
 * unchanged. `ConfigError` for invalid credentials.
 */
export async function salesforceCredentials(secretName: string): Promise<SalesforceCredentials> {
  if (cached !== undefined && Date.now() - cached.readAt < MAX_AGE_MS) return cached.credentials;
  return renewedCredentials(secretName);
}

/** The credentials read now, because Salesforce refused the cached credentials, possibly rotated. */
export async function renewedCredentials(secretName: string): Promise<SalesforceCredentials> {
  const value = await readSecret(secretName);
  const credentials = cached?.value === value ? cached.credentials : parseSecret(secretName, value);
  cached = { value, credentials, readAt: Date.now() };
  return credentials;
}

async function readSecret(secretName: string): Promise<string> {
  try {
    const { maxAttempts, requestTimeout } = SECRET_CALL;
    const requestHandler = { connectionTimeout: 1_000, requestTimeout, throwOnRequestTimeout: true };
    const answer = await new SecretsManagerClient({ maxAttempts, requestHandler }).send(
      new GetSecretValueCommand({ SecretId: secretName }),
    );
    return answer.SecretString ?? '';
  } catch (error) {
    const reason = error instanceof Error ? CONFIG_REASONS[error.name] : undefined;
    if (reason !== undefined) throw new ConfigError(`secret ${secretName} ${reason}`, { cause: error });
    throw new TransientError(NO_CREDENTIALS, 'the Salesforce credentials could not be read', { cause: error });
  }
}

/**
 * The credentials in the secret's text; `ConfigError` for invalid credentials. The cause is omitted: a parser message
 * could quote a part of the secret.
 */
export function parseSecret(secretName: string, value: string): SalesforceCredentials {
  const expected = 'needs JSON with loginUrl, clientId and clientSecret, or privateKey and username';
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    throw new ConfigError(`secret ${secretName} ${expected}`);
  }
  const parsed = z.safeParse(secretSchema, json);
  if (!parsed.success) throw new ConfigError(`secret ${secretName} ${expected}`);
  if (!isSecureUrl(parsed.data.loginUrl)) {
    throw new ConfigError(`secret ${secretName}: loginUrl has to begin with https://`);
  }
  return parsed.data;
}
