/** What the page is told by whoever serves it, in `console.json` beside it. */
export interface ConsoleSettings {
  /** Where the API is; empty: where the page is from. */
  readonly apiUrl: string;
  /** What is shown as the place: a stack, a URL, the sandbox. */
  readonly place: string;
  /** The simulated org, driven through the server of the page; absent with a real org. */
  readonly org?: { readonly path: string };
  /** OpenID Connect, where the API asks for a token. */
  readonly signIn?: SignInSettings;
  /** How often the pages ask again. */
  readonly refreshSeconds: number;
}

/** A client of an OpenID provider, and what its tokens are for. */
export interface SignInSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** The API's identifier, for a provider that wants it named (RFC 8707). */
  readonly resource?: string;
}

export async function readSettings(): Promise<ConsoleSettings> {
  const answer = await fetch('./console.json', { cache: 'no-store' });
  if (!answer.ok) throw new Error(`console.json answered ${answer.status}`);
  return (await answer.json()) as ConsoleSettings;
}
