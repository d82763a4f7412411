/** The page's configuration, served as `console.json` beside the page. */
export interface ConsoleSettings {
  /** The API's address; empty: the page's own origin. */
  readonly apiUrl: string;
  /** The place shown: a stack, a URL, the sandbox. */
  readonly place: string;
  /** The simulated org, controlled through the page's server; absent with a real org. */
  readonly org?: { readonly path: string };
  /** OpenID Connect settings, if the API requires a token. */
  readonly signIn?: SignInSettings;
  /** Interval of the pages' refreshes. */
  readonly refreshSeconds: number;
}

/** A client of an OpenID provider, and the purpose of the tokens. */
export interface SignInSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** The API's identifier, for a provider requiring a resource (RFC 8707). */
  readonly resource?: string;
}

export async function readSettings(): Promise<ConsoleSettings> {
  const answer = await fetch('./console.json', { cache: 'no-store' });
  if (!answer.ok) throw new Error(`console.json answered ${answer.status}`);
  return (await answer.json()) as ConsoleSettings;
}
