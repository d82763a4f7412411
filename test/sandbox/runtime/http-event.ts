import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { accountId } from './deployment.ts';
import type { RouteMatch } from './http-routes.ts';
import type { Verdict } from './jwt-authorizer.ts';

/** The API that a request came to. */
export interface ApiIdentity {
  readonly apiId: string;
  readonly region: string;
  readonly stage: string;
}

/**
 * Bodies of these types travel as text; every other one, a form's and one without a type included, as Base64. The guide
 * says only that binary bodies are encoded; which types count as binary was tried on AWS and told publicly:
 * https://github.com/ministackorg/ministack/pull/766
 */
const textTypes = /^(text\/.*|application\/(json|xml|javascript))$/;

function isText(contentType: string | undefined): boolean {
  return textTypes.test((contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '');
}

/** Duplicate headers are joined with commas; cookies have a field of their own. */
function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    if (name !== 'cookie') headers[name] = values.join(',');
  }
  headers['x-forwarded-for'] = request.socket.remoteAddress ?? '';
  headers['x-forwarded-port'] = String(request.socket.localPort ?? '');
  headers['x-forwarded-proto'] = 'http';
  headers['x-amzn-trace-id'] =
    `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  return headers;
}

function cookiesOf(request: IncomingMessage): string[] {
  const values = request.headersDistinct.cookie ?? [];
  return values.flatMap((value) => value.split(/;\s*/)).filter((cookie) => cookie !== '');
}

function queryOf(rawQueryString: string): Record<string, string> {
  const parameters = new URLSearchParams(rawQueryString);
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(',')]));
}

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Common log format, in UTC: 12/Mar/2020:19:03:58 +0000 */
function clfTime(time: Date): string {
  const iso = time.toISOString();
  return `${iso.slice(8, 10)}/${monthNames[time.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

function requestContext(request: IncomingMessage, match: RouteMatch, api: ApiIdentity, parts: RequestParts): object {
  const { path, token } = parts;
  const now = new Date();
  return {
    accountId,
    apiId: api.apiId,
    ...(token !== undefined && { authorizer: { jwt: { claims: token.claims, scopes: token.scopes } } }),
    domainName: `${api.apiId}.execute-api.${api.region}.amazonaws.com`,
    domainPrefix: api.apiId,
    http: {
      method: request.method ?? '',
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: randomUUID(),
    routeKey: match.route.key,
    stage: api.stage,
    time: clfTime(now),
    timeEpoch: now.getTime(),
  };
}

const unlessEmpty = <T extends object>(name: string, value: T): Record<string, T> =>
  Object.keys(value).length === 0 ? {} : { [name]: value };

/** What a request carries, beside its head. */
export interface RequestParts {
  /** Still percent-encoded. */
  readonly path: string;
  readonly rawQueryString: string;
  readonly body: Buffer;
  /** What the authorizer read from the caller's token. */
  readonly token?: Pick<Extract<Verdict, { kind: 'allowed' }>, 'claims' | 'scopes'>;
}

/**
 * The event that a function gets, payload format 2.0. Its `rawPath` is decoded, whatever the name says.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent(
  request: IncomingMessage,
  parts: RequestParts,
  match: RouteMatch,
  api: ApiIdentity,
): Record<string, unknown> {
  const rawPath = decodeURIComponent(parts.path);
  const text = isText(request.headers['content-type']);
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath,
    rawQueryString: parts.rawQueryString,
    ...unlessEmpty('cookies', cookiesOf(request)),
    headers: headersOf(request),
    ...unlessEmpty('queryStringParameters', queryOf(parts.rawQueryString)),
    requestContext: requestContext(request, match, api, { ...parts, path: rawPath }),
    ...unlessEmpty('pathParameters', match.pathParameters),
    ...(parts.body.length === 0 ? {} : { body: parts.body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: parts.body.length > 0 && !text,
  };
}
