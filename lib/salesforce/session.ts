import { createSign } from 'node:crypto';
import type { Connection } from 'jsforce/lib/connection.js';
import { ConfigError, TransientError } from '../sync/errors.ts';
import { callError, lostAnswer } from './error-map.ts';
import type { Exchange, FetchTransport } from './fetch-transport.ts';
import { isSiteOfLogin, organizationOf } from './sites.ts';

/** Credentials of an External Client App, for the client-credentials flow or the JWT bearer flow. */
export type SalesforceCredentials =
  | { readonly loginUrl: string; readonly clientId: string; readonly clientSecret: string }
  | { readonly loginUrl: string; readonly clientId: string; readonly privateKey: string; readonly username: string };

/** Salesforce accepts assertions expiring within three minutes. */
const ASSERTION_SECONDS = 170;

/** OAuth errors worth a retry. */
const TRANSIENT_GRANTS = [/login rate exceeded/i, /retry your request/i];

export interface SessionOptions {
  readonly connection: Connection;
  readonly credentials: SalesforceCredentials;
  /**
   * Returns the present credentials; called once Salesforce has refused the known credentials, because of a possible
   * rotation.
   */
  readonly renewCredentials: () => Promise<SalesforceCredentials>;
  /** Throws unless the org is the expected org. Called for every token before the first use. */
  readonly admit: (organization: string) => Promise<void>;
  readonly transport: () => FetchTransport;
  /** Estimate of Salesforce's clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly heard: (exchange: Exchange) => void;
}

interface Granted {
  readonly token: string;
  readonly instanceUrl: string;
  readonly id?: string;
}

/**
 * The access token of a connection. Concurrent calls share one request for a token.
 *
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm
 */
export class Session {
  #signingIn: Promise<string> | undefined;
  #credentials: SalesforceCredentials;
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#credentials = options.credentials;
  }

  /** The present token; signs in if none exists. */
  async token(): Promise<string> {
    return this.#options.connection.accessToken ?? this.#signIn();
  }

  /** A token other than `refused`; a concurrent call may already have obtained a new token. */
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
    const { connection, admit, renewCredentials } = this.#options;
    let granted = await this.#ask(this.#credentials);
    if (granted instanceof ConfigError) {
      const renewed = await renewCredentials();
      if (renewed === this.#credentials) throw granted;
      this.#credentials = renewed;
      granted = await this.#ask(renewed);
      if (granted instanceof ConfigError) throw granted;
    }
    await admit(organizationOf(granted));
    connection.instanceUrl = granted.instanceUrl;
    connection.accessToken = granted.token;
    return granted.token;
  }

  /** A token, or the error for permanently refused credentials. */
  async #ask(credentials: SalesforceCredentials): Promise<Granted | ConfigError> {
    const { status, body } = await this.#post(credentials);
    const { access_token: token, instance_url: instanceUrl, id, error, error_description: description } = parsed(body);
    if (status === 200 && token !== undefined && instanceUrl !== undefined) {
      if (isSiteOfLogin(instanceUrl, credentials.loginUrl)) return { token, instanceUrl, ...(id && { id }) };
      throw new ConfigError(
        `${credentials.loginUrl} names a site outside Salesforce's domains and the login domain: no token is sent to the site`,
      );
    }
    if (status >= 500 || status === 429) throw callError(status, [], false);
    const reason = [error, description].filter((part) => part !== undefined).join(': ') || `HTTP ${status}`;
    if (TRANSIENT_GRANTS.some((pattern) => pattern.test(reason))) {
      throw new TransientError(error ?? 'LOGIN', `Salesforce refused to sign in for now: ${reason}`);
    }
    return new ConfigError(`Salesforce refused the credentials at ${credentials.loginUrl}: ${reason}`);
  }

  async #post(credentials: SalesforceCredentials): Promise<{ readonly status: number; readonly body: string }> {
    const { transport: open, now, heard } = this.#options;
    const form = grantOf(credentials, now());
    const transport = open();
    try {
      const { statusCode, body } = await transport.httpRequest({
        method: 'POST',
        url: `${audienceOf(credentials)}/services/oauth2/token`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: new URLSearchParams(form).toString(),
      });
      return { status: statusCode, body };
    } catch (error) {
      throw lostAnswer(error, false);
    } finally {
      if (transport.exchange !== undefined) heard(transport.exchange);
    }
  }
}

/** Salesforce requires the exact audience, without a trailing slash. */
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
    throw new ConfigError('The private key of the Salesforce credentials is not a PEM key usable for signing');
  }
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The text members of a token answer; empty if not JSON. */
function parsed(body: string): Partial<Record<string, string>> {
  try {
    const answer: unknown = JSON.parse(body);
    return Object.fromEntries(Object.entries(answer ?? {}).filter(([, value]) => typeof value === 'string'));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
