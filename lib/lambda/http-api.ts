import middy, { type MiddlewareObj } from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import {
  ConfigError,
  InvalidCursorError,
  ItemTooLargeError,
  QuotaExceededError,
  TransientError,
} from '../sync/errors.ts';
import { type API_ROUTES, type ApiRoute, methodsOf, type RouteKey } from './api/routes.ts';
import { tellError } from './observability.ts';
import { Problem, problemResponse } from './problem.ts';

/** A call of the API, its body parsed and its parts present. */
export interface ApiRequest {
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Undefined where none was sent. */
  readonly body: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Route = (request: ApiRequest) => Promise<ApiAnswer>;

export type Routes = Readonly<Record<string, Route>>;

/** Exactly the routes that a function has to answer, by the table of routes. */
export type RoutesOf<Runs extends ApiRoute['runs']> = Readonly<Record<KeysOf<Runs>, Route>>;

type KeysOf<Runs> = {
  [Key in RouteKey]: (typeof API_ROUTES)[Key]['runs'] extends Runs ? Key : never;
}[RouteKey];

type ApiEvent = Omit<APIGatewayProxyEventV2, 'body'> & { body?: unknown };
type ApiMiddleware = MiddlewareObj<ApiEvent, APIGatewayProxyStructuredResultV2>;

/**
 * A handler for the routes, by their route keys (`GET /persons/{personId}`); what goes wrong is answered as a problem.
 */
export function apiHandler<Given extends Routes>(routes: Given) {
  const route = async (event: ApiEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    const { routeKey, pathParameters = {}, queryStringParameters = {}, headers, body } = event;
    const key = routeKey.replace(/^HEAD /, 'GET ');
    const answer = Object.hasOwn(routes, key) ? routes[key] : undefined;
    if (answer === undefined) throw noRoute(event);
    return response(await answer({ path: pathParameters, query: queryStringParameters, headers, body }));
  };
  return middy<ApiEvent, APIGatewayProxyStructuredResultV2>()
    .use(withoutHeadBody())
    .use(problems())
    .use(httpHeaderNormalizer() as ApiMiddleware)
    .use(jsonBody())
    .handler(route);
}

/** The problem of a call that no route takes. */
function noRoute({ rawPath, requestContext }: ApiEvent): Problem {
  const { method } = requestContext.http;
  const allowed = methodsOf(rawPath);
  if (allowed.length === 0) return new Problem('not-found', 'the API has no such path: GET /openapi.json lists all');
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

/**
 * Parses a body where there is one, whatever type it declares: several calls take none, and many callers declare none.
 */
function jsonBody(): ApiMiddleware {
  const parser = httpJsonBodyParser({ disableContentTypeCheck: true }) as ApiMiddleware;
  return {
    before: (request) => {
      const { body } = request.event;
      if (body === undefined || body === null || body === '') request.event.body = undefined;
      else return parser.before?.(request);
    },
  };
}

/** The answer to HEAD is the answer to GET without its body. */
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
        tellError(isUnexpected ? 'unexpected error' : problem.problem, request.error);
      request.response = problemResponse(problem);
    },
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof InvalidCursorError)
    return new Problem('invalid-parameter', 'cursor: not one that this API gave');
  if (error instanceof QuotaExceededError) return new Problem('salesforce-limit', 'no calls are left', RETRY_LATER);
  if (error instanceof ConfigError)
    return new Problem('salesforce-unavailable', 'somebody has to mend how Salesforce is reached', RETRY_LATER);
  if (error instanceof TransientError) return new Problem('store-unavailable', 'try again', { retryAfterSeconds: 1 });
  if (error instanceof ItemTooLargeError)
    return new Problem('body-too-large', 'the person, with these values, is more than can be stored');
  if (isBodyError(error)) return new Problem('invalid-body', 'the body is not valid JSON');
  return new Problem('internal-error', 'the error is in the log; nothing is known to be lost');
}

const RETRY_LATER = { retryAfterSeconds: 300 } as const;

/** How the body parser tells that it could not parse. */
function isBodyError(error: unknown): boolean {
  return (
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500
  );
}
