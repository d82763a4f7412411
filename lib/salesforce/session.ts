import { createSign } from 'node:crypto';
import type { Connection } from 'jsforce/lib/connection.js';
import { ConfigError, TransientError } from '../sync/errors.ts';
import { callError, lostAnswer } from './error-map.ts';
import type { Exchange, FetchTransport } from './fetch-transport.ts';

/** How the product signs in: an External Client App with the client-credentials flow, or with the JWT bearer flow. */
export type SalesforceCredentials =
  | { readonly loginUrl: string; readonly clientId: string; readonly clientSecret: string }
  | { readonly loginUrl: string; readonly clientId: string; readonly privateKey: string; readonly username: string };

/** Salesforce takes an assertion that expires within three minutes. */
const ASSERTION_SECONDS = 170;

/** OAuth errors that another try may mend. */
const TRANSIENT_GRANTS = [/login rate exceeded/i, /retry your request/i];

export interface SessionOptions {
  readonly connection: Connection;
  readonly credentials: SalesforceCredentials;
  readonly transport: () => FetchTransport;
  /** Salesforce's clock in milliseconds since the epoch, as well as it is known. */
  readonly now: () => number;
  readonly heard: (exchange: Exchange) => void;
}

/**
 * The access token of a connection. However many calls need a token at once, one is asked for.
 *
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm
 */
export class Session {
  #signingIn: Promise<string> | undefined;
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** A token to send; signs in where there is none yet. */
  async token(): Promise<string> {
    return this.#options.connection.accessToken ?? this.#signIn();
  }

  /** A token other than the one that Salesforce refused; another call may have got it already. */
  async tokenInsteadOf(refused: string): Promise<string> {
    const { connection } = this.#options;
    if (connection.accessToken === refused) connection.accessToken = null;
    return this.token();
  }

  async #signIn(): Promise<string> {
    this.#signingIn ??= this.#askForToken().finally(() => {
      this.#signingIn = undefined;
    });
    return this.#signingIn;
  }

  async #askForToken(): Promise<string> {
    const { connection, credentials, now } = this.#options;
    const { status, body } = await this.#post(grantOf(credentials, now()));
    const { access_token: token, instance_url: instanceUrl, error, error_description: told } = parsed(body);
    if (status === 200 && token !== undefined && instanceUrl !== undefined) {
      connection.instanceUrl = instanceUrl;
      connection.accessToken = token;
      return token;
    }
    if (status >= 500 || status === 429) throw callError(status, [], false);
    const reason = [error, told].filter((part) => part !== undefined).join(': ') || `HTTP ${status}`;
    if (TRANSIENT_GRANTS.some((pattern) => pattern.test(reason))) {
      throw new TransientError(error ?? 'LOGIN', `Salesforce refused to sign in for now: ${reason}`);
    }
    throw new ConfigError(`Salesforce refused the credentials at ${credentials.loginUrl}: ${reason}`);
  }

  async #post(form: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly body: string }> {
    const transport = this.#options.transport();
    try {
      const { statusCode, body } = await transport.httpRequest({
        method: 'POST',
        url: `${audienceOf(this.#options.credentials)}/services/oauth2/token`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: new URLSearchParams(form).toString(),
      });
      return { status: statusCode, body };
    } catch (error) {
      throw lostAnswer(error, false);
    } finally {
      if (transport.exchange !== undefined) this.#options.heard(transport.exchange);
    }
  }
}

/** Salesforce compares the audience letter by letter, without a slash at its end. */
function audienceOf({ loginUrl }: SalesforceCredentials): string {
  return loginUrl.replace(/\/+$/, '');
}

function grantOf(credentials: SalesforceCredentials, nowMs: number): Record<string, string> {
  if ('clientSecret' in credentials) {
    const { clientId, clientSecret } = credentials;
    return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  }
  return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertionOf(credentials, nowMs) };
}

function assertionOf(credentials: Extract<SalesforceCredentials, { privateKey: string }>, nowMs: number): string {
  const claims = {
    iss: credentials.clientId,
    sub: credentials.username,
    aud: audienceOf(credentials),
    exp: Math.floor(nowMs / 1000) + ASSERTION_SECONDS,
  };
  const unsigned = `${base64url({ alg: 'RS256' })}.${base64url(claims)}`;
  try {
    return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(credentials.privateKey, 'base64url')}`;
  } catch {
    // The cause could quote the key.
    throw new ConfigError('The private key of the Salesforce credentials is not a PEM key that can sign');
  }
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The text members of a token answer; none where it is no JSON. */
function parsed(body: string): Partial<Record<string, string>> {
  try {
    const answer: unknown = JSON.parse(body);
    return Object.fromEntries(Object.entries(answer ?? {}).filter(([, value]) => typeof value === 'string'));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
