import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import * as z from 'zod/mini';
import type { Deployment } from './deployment.ts';

/** What a route asks of a caller with a JSON Web Token. */
export interface JwtDemand {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** The token must have one of these, where there are any. */
  readonly scopes: readonly string[];
}

export type Verdict =
  /** What the function's event tells of the token. */
  | {
      readonly kind: 'allowed';
      readonly claims: Readonly<Record<string, string>>;
      readonly scopes: readonly string[] | null;
    }
  | { readonly kind: 'unauthorized'; readonly why: string }
  | { readonly kind: 'forbidden' };

/** The public keys of an issuer. */
export type KeysOf = (issuer: string) => Promise<readonly JsonWebKey[]>;

/** Only RSA-based algorithms are supported, says the guide. */
const ALGORITHMS: Readonly<Record<string, string>> = { RS256: 'RSA-SHA256', RS384: 'RSA-SHA384', RS512: 'RSA-SHA512' };

const header = z.looseObject({ alg: z.string(), kid: z.string() });
const texts = z.union([z.string(), z.array(z.string())]);
const claims = z.looseObject({
  iss: z.string(),
  exp: z.number(),
  nbf: z.optional(z.number()),
  iat: z.optional(z.number()),
  aud: z.optional(texts),
  client_id: z.optional(z.string()),
  scope: z.optional(z.string()),
  scp: z.optional(texts),
});

type Claims = z.infer<typeof claims>;

/**
 * Judges the token of a request as an HTTP API's JWT authorizer does: signature, issuer, audience, times, then scopes.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export async function judgeToken(
  authorization: string | undefined,
  demand: JwtDemand,
  keysOf: KeysOf,
  now: number,
): Promise<Verdict> {
  const token = (authorization ?? '').replace(/^Bearer /i, '');
  if (token === '') return refused('no token');
  const [head = '', body = '', signature = '', ...rest] = token.split('.');
  const said = z.safeParse(claims, jsonIn(body));
  if (!said.success || rest.length > 0) return refused('no token of this form');
  const keys = await keysOf(demand.issuer);
  const isSigned = isSignedBy(keys, { head, signed: `${head}.${body}`, signature });
  const why = isSigned ? wrongClaim(said.data, demand, now / 1000) : 'the signature is wrong';
  return why === undefined ? judgeScopes(said.data, demand) : refused(why);
}

function refused(why: string): Verdict {
  return { kind: 'unauthorized', why };
}

function isSignedBy(
  keys: readonly JsonWebKey[],
  { head, signed, signature }: { readonly head: string; readonly signed: string; readonly signature: string },
): boolean {
  const named = z.safeParse(header, jsonIn(head));
  const jwk = keys.find(({ kid }) => kid === named.data?.kid);
  const algorithm = ALGORITHMS[named.data?.alg ?? ''];
  if (jwk === undefined || algorithm === undefined) return false;
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return verify(algorithm, Buffer.from(signed), key, Buffer.from(signature, 'base64url'));
}

function wrongClaim(said: Claims, { issuer, audience }: JwtDemand, now: number): string | undefined {
  const { iss, exp, nbf = now, iat = now, aud, client_id: clientId } = said;
  if (iss !== issuer) return 'another issuer';
  // `client_id` counts only where there is no `aud`.
  const meant = aud === undefined ? [clientId] : [aud].flat();
  if (!meant.some((one) => one !== undefined && audience.includes(one))) return 'another audience';
  return exp <= now || nbf > now || iat > now ? 'not valid at this time' : undefined;
}

function judgeScopes(said: Claims, { scopes: demanded }: JwtDemand): Verdict {
  const given = [said.scope ?? said.scp ?? []].flat().flatMap((each) => each.split(' '));
  if (demanded.length > 0 && !demanded.some((scope) => given.includes(scope))) return { kind: 'forbidden' };
  const told = Object.entries(said).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return { kind: 'allowed', claims: Object.fromEntries(told), scopes: demanded.length > 0 ? demanded : null };
}

function jsonIn(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface AuthorizerProperties {
  readonly AuthorizerType?: string;
  readonly IdentitySource?: readonly string[];
  readonly JwtConfiguration?: { readonly Issuer?: string; readonly Audience?: readonly string[] };
}

/** The JWT authorizers of the template, by their names there, without a route's scopes. */
export function jwtAuthorizers(deployment: Deployment): ReadonlyMap<string, Omit<JwtDemand, 'scopes'>> {
  const found = new Map<string, Omit<JwtDemand, 'scopes'>>();
  for (const resource of deployment.resources('AWS::ApiGatewayV2::Authorizer')) {
    const {
      AuthorizerType,
      IdentitySource = [],
      JwtConfiguration,
    } = deployment.properties(resource) as AuthorizerProperties;
    const isKnown = AuthorizerType === 'JWT' && IdentitySource.join() === '$request.header.Authorization';
    if (!isKnown) throw new Error(`${resource.logicalId}: only JWT authorizers over the header Authorization run here`);
    found.set(resource.name, { issuer: JwtConfiguration?.Issuer ?? '', audience: JwtConfiguration?.Audience ?? [] });
  }
  return found;
}

const discovery = z.looseObject({ jwks_uri: z.string() });
const keySet = z.looseObject({ keys: z.array(z.record(z.string(), z.unknown())) });

/** Reads the keys of an issuer from where its OpenID configuration says, once. */
export function publishedKeys(): KeysOf {
  const known = new Map<string, Promise<readonly JsonWebKey[]>>();
  const read = async (issuer: string): Promise<readonly JsonWebKey[]> => {
    const configuration = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const keys = await fetch(z.parse(discovery, await configuration.json()).jwks_uri);
    return z.parse(keySet, await keys.json()).keys;
  };
  return (issuer) => {
    const keys = known.get(issuer) ?? read(issuer);
    known.set(issuer, keys);
    return keys;
  };
}
