import middy, { type MiddlewareObj } from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { isPossiblePersonId } from '../person/person-key.ts';
import { ConfigError } from '../sync/errors.ts';
import { inTime, Progress } from './answer-deadline.ts';
import { Problem, problemResponse } from './api/problem.ts';
import { type API_ROUTES, type ApiRoute, methodsOf, type RouteKey } from './api/routes.ts';
import { problemOf } from './http-problems.ts';
import { publishAdded } from './metrics.ts';
import { logError, logger } from './observability.ts';
import { tellUnhandled } from './unhandled-errors.ts';

/** An API call with a parsed body. */
export interface ApiRequest {
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Undefined without a body. */
  readonly body: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Route = (request: ApiRequest, progress: Progress) => Promise<ApiAnswer>;

export type Routes = Readonly<Record<string, Route>>;

/** Exactly the routes of a function, according to the table of routes. */
export type RoutesOf<Runs extends ApiRoute['runs']> = Readonly<Record<KeysOf<Runs>, Route>>;

type KeysOf<Runs> = {
  [Key in RouteKey]: (typeof API_ROUTES)[Key]['runs'] extends Runs ? Key : never;
}[RouteKey];

type LateProblem = Parameters<Progress['late']>[0];
type ApiEvent = Omit<APIGatewayProxyEventV2, 'body'> & { body?: unknown };
type ApiMiddleware = MiddlewareObj<ApiEvent, APIGatewayProxyStructuredResultV2>;

/**
 * A handler for routes by route key (`GET /persons/{personId}`). Errors are answered as problems; a call not finished
 * in time is answered as `late`.
 */
export function apiHandler<Given extends Routes>(routes: Given, late: LateProblem = 'store-unavailable') {
  const route = async (event: ApiEvent, context: Context): Promise<APIGatewayProxyStructuredResultV2> => {
    const { routeKey, pathParameters = {}, headers, body } = event;
    const key = routeKey.replace(/^HEAD /, 'GET ');
    const answer = Object.hasOwn(routes, key) ? routes[key] : undefined;
    if (answer === undefined) throw noRoute(event);
    const progress = new Progress((personId) => logger.appendKeys({ personId }));
    const work = answer({ path: pathParameters, query: queryOf(event), headers, body }, progress);
    return response(await inTime(work, context.getRemainingTimeInMillis(), () => progress.late(late)));
  };
  tellUnhandled();
  return middy<ApiEvent, APIGatewayProxyStructuredResultV2>()
    .use(withoutHeadBody())
    .use(namedLogs())
    .use(problems())
    .use(httpHeaderNormalizer() as ApiMiddleware)
    .use(jsonBody())
    .handler(route);
}

/**
 * The query parameters. The gateway joins repeated parameters by commas, possible in values too: repeated parameters
 * are refused.
 */
function queryOf({ rawQueryString, queryStringParameters = {} }: ApiEvent): ApiRequest['query'] {
  const names = [...new URLSearchParams(rawQueryString).keys()];
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) throw new Problem('invalid-parameter', `${repeated}: is given more than once`);
  return queryStringParameters;
}

/** The problem of a call without a route. */
function noRoute({ rawPath, requestContext }: ApiEvent): Problem {
  const { method } = requestContext.http;
  const allowed = methodsOf(rawPath);
  if (allowed.length === 0)
    return new Problem('not-found', 'the API does not have the path: GET /openapi.json lists all paths');
  const allow = allowed.join(', ');
  return new Problem('method-not-allowed', `${method} is not among ${allow}`, { headers: { allow } });
}

function response({ status, body, headers }: ApiAnswer): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

/** A person has at most 400 KB, and a function receives at most 6 MB. */
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_BATCH_BYTES = 5 * 1024 * 1024;

/** Parses a body of any declared type, if present: several calls have no body, and many callers declare no type. */
function jsonBody(): ApiMiddleware {
  const parser = httpJsonBodyParser({ disableContentTypeCheck: true }) as ApiMiddleware;
  return {
    before: (request) => {
      const { body, routeKey, isBase64Encoded } = request.event;
      if (typeof body !== 'string' || body === '') {
        request.event.body = undefined;
        return;
      }
      const most = routeKey === 'POST /persons/batch' ? MAX_BATCH_BYTES : MAX_BODY_BYTES;
      if (Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8') > most) {
        throw new Problem('body-too-large', `this call takes ${most} bytes at most`);
      }
      return parser.before?.(request);
    },
  };
}

/**
 * Each line of the log names its call: the request, the route, and the person of the path. What cannot be the id of a
 * person may be an email address, and is left out.
 */
function namedLogs(): ApiMiddleware {
  return {
    before: ({ event: { routeKey, pathParameters }, context }) => {
      const { personId = '' } = pathParameters ?? {};
      logger.resetKeys();
      logger.appendKeys({
        requestId: context.awsRequestId,
        route: routeKey,
        ...(isPossiblePersonId(personId) && { personId }),
      });
    },
    after: publishAdded,
    onError: publishAdded,
  };
}

/** HEAD is answered like GET without the body. */
function withoutHeadBody(): ApiMiddleware {
  const strip: ApiMiddleware['after'] = ({ event, response }) => {
    if (event.requestContext.http.method === 'HEAD') delete response?.body;
  };
  return { after: strip, onError: strip };
}

function problems(): ApiMiddleware {
  return {
    onError: (request) => {
      const problem = problemOf(request.error);
      const isUnexpected = problem.problem === 'internal-error';
      if (isUnexpected || request.error instanceof ConfigError)
        logError(isUnexpected ? 'unexpected error' : problem.problem, request.error);
      request.response = problemResponse(problem);
    },
  };
}
