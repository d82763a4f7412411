import type { Random } from '../random.ts';
import type { OrgUser } from '../standard-records.ts';

/** How long a session lives after its last use. */
const SESSION_MS = 2 * 3_600_000;

/** How often sessions that nobody ended are cleared away. */
const SWEEP_EVERY = 256;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** What an access token stands for. */
export interface Session {
  readonly token: string;
  readonly user: OrgUser;
  expiresAt: number;
}

/** The signed-in clients of the org, by their access tokens, and the refresh tokens given out. */
export class Sessions {
  readonly #random: Random;
  readonly #byToken = new Map<string, Session>();
  readonly #refresh = new Map<string, OrgUser>();
  readonly #codes = new Map<string, OrgUser>();
  /** The public key of the certificate that each client's assertions are checked with. */
  readonly publicKeys = new Map<string, string>();

  constructor(random: Random) {
    this.#random = random;
  }

  open(user: OrgUser, { organizationId, now }: { organizationId: string; now: number }): Session {
    const session = { token: `${organizationId.slice(0, 15)}!${this.#secret(80)}`, user, expiresAt: now + SESSION_MS };
    this.#byToken.set(session.token, session);
    if (this.#byToken.size % SWEEP_EVERY === 0) this.#forgetExpired(now);
    return session;
  }

  /** The session that a token opens; using it keeps it alive. */
  use(token: string, now: number): Session | undefined {
    const session = this.#byToken.get(token);
    if (!session) return undefined;
    if (session.expiresAt <= now) {
      this.#byToken.delete(token);
      return undefined;
    }
    session.expiresAt = now + SESSION_MS;
    return session;
  }

  /** When a session ends that nobody uses again; undefined where the token opens none. */
  expiryOf(token: string): number | undefined {
    return this.#byToken.get(token)?.expiresAt;
  }

  /** Makes a session end at another time. */
  setExpiry(token: string, expiresAt: number): void {
    const session = this.#byToken.get(token);
    if (session) session.expiresAt = expiresAt;
  }

  #forgetExpired(now: number): void {
    for (const [token, { expiresAt }] of this.#byToken) if (expiresAt <= now) this.#byToken.delete(token);
  }

  end(token: string): boolean {
    return this.#byToken.delete(token);
  }

  /** A code that a client may trade for tokens, once. */
  giveCode(user: OrgUser): string {
    const code = `aPrx${this.#secret(40)}`;
    this.#codes.set(code, user);
    return code;
  }

  spendCode(code: string): OrgUser | undefined {
    const user = this.#codes.get(code);
    this.#codes.delete(code);
    return user;
  }

  giveRefreshToken(user: OrgUser): string {
    const token = `5Aep861${this.#secret(60)}`;
    this.#refresh.set(token, user);
    return token;
  }

  userOfRefreshToken(token: string): OrgUser | undefined {
    return this.#refresh.get(token);
  }

  /** Revokes a refresh token and every session of its user. */
  revokeRefreshToken(token: string): boolean {
    const user = this.#refresh.get(token);
    if (!user) return false;
    this.#refresh.delete(token);
    for (const [access, session] of this.#byToken) {
      if (session.user.id === user.id) this.#byToken.delete(access);
    }
    return true;
  }

  #secret(length: number): string {
    let secret = '';
    while (secret.length < length) secret += ALPHABET[Math.floor(this.#random() * ALPHABET.length)];
    return secret;
  }
}
