import { createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import type { OrgState } from '../org-state.ts';
import type { OrgUser } from '../standard-records.ts';
import { userOfClient } from './clients.ts';

/** An assertion may lie this far in the future. */
const MAX_LIFE_SECONDS = 5 * 60;

/** Hosts that every org accepts as audience, beside its own. */
const AUDIENCES = ['https://login.salesforce.com', 'https://test.salesforce.com'];

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
});

type Claims = z.infer<typeof claimsSchema>;

type Verdict =
  | { readonly kind: 'user'; readonly user: OrgUser }
  | { readonly kind: 'refused'; readonly error: string; readonly description: string };

function refused(error: string, description: string): Verdict {
  return { kind: 'refused', error, description };
}

/**
 * The user that a signed assertion names. Its client must have a certificate, and the signature must be RS256.
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm}
 */
export function userOfAssertion(org: OrgState, assertion: string, baseUrl: string): Verdict {
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const claims = readClaims(payload);
  if (!claims) return refused('invalid_grant', 'invalid assertion');
  const key = org.sessions.publicKeys.get(claims.iss);
  if (!userOfClient(org, claims.iss)) return refused('invalid_client_id', 'client identifier invalid');
  if (key === undefined) return refused('invalid_client', 'app must have a certificate for the JWT bearer flow');
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', signed, createPublicKey(key), Buffer.from(signature, 'base64url'))) {
    return refused('invalid_grant', 'invalid assertion');
  }
  return judgeClaims(org, claims, baseUrl);
}

function judgeClaims(org: OrgState, { iss, sub, aud, exp }: Claims, baseUrl: string): Verdict {
  const now = org.clock.now() / 1000;
  if (exp <= now) return refused('invalid_grant', 'expired authorization code');
  if (exp > now + MAX_LIFE_SECONDS) return refused('invalid_grant', 'invalid assertion');
  const audiences = typeof aud === 'string' ? [aud] : aud;
  if (!audiences.some((one) => [...AUDIENCES, baseUrl].includes(one.replace(/\/$/, '')))) {
    return refused('invalid_grant', 'audience is invalid');
  }
  const user = userOfClient(org, iss);
  if (user?.username === sub) return { kind: 'user', user };
  return refused('invalid_grant', "user hasn't approved this consumer");
}

function readClaims(payload: string): Claims | undefined {
  try {
    const parsed = claimsSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
