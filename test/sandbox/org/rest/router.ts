import { bulkRoutes } from '../bulk/index.ts';
import { ApiError } from '../errors.ts';
import { json, type OrgRequest, type OrgResponse } from '../http-message.ts';
import type { OrgState } from '../org-state.ts';
import { SoqlError } from '../soql/index.ts';
import type { OrgUser } from '../standard-records.ts';
import { untilFree, type Working } from '../working.ts';
import { type Call, pathsOf, type Route } from './call.ts';
import { collectionRoutes } from './collections.ts';
import { compositeRoutes } from './composite.ts';
import { describeRoutes } from './describe.ts';
import { externalIdRoutes } from './external-id.ts';
import { limitRoutes } from './limits.ts';
import { queryRoutes } from './query.ts';
import { recordRoutes } from './records.ts';
import { replicationRoutes } from './replication.ts';
import { searchRoutes } from './search.ts';
import { isKnownVersion, versionRoutes } from './versions.ts';

/** Every resource below a version's root. The first row that fits a path answers, so fixed names come first. */
const routes: readonly Route[] = [
  ...versionRoutes,
  ...limitRoutes,
  ...queryRoutes,
  ...bulkRoutes,
  ...compositeRoutes,
  ...collectionRoutes,
  ...searchRoutes,
  ...describeRoutes,
  ...replicationRoutes,
  ...recordRoutes,
  ...externalIdRoutes,
];

interface CompiledRoute {
  readonly route: Route;
  readonly segments: readonly string[];
}

const compiled: readonly CompiledRoute[] = routes.map((route) => ({ route, segments: split(route.path) }));

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** The parts of a path that a route names, or undefined where the route does not fit. */
function matchRoute({ segments }: CompiledRoute, path: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) {
    const given = path[at] ?? '';
    if (segment.startsWith(':')) params[segment.slice(1)] = given;
    else if (segment !== given) return undefined;
  }
  return params;
}

const NOT_FOUND = () => new ApiError('NOT_FOUND', 'The requested resource does not exist');

/** Resources of the user interface, which would else be taken for records by their external id. */
const LEFT_OUT = /^\/sobjects\/[^/]+\/(?:describe\/.|listviews|quickActions|defaultValues|relevantItems)/;

interface Found {
  readonly route: Route;
  readonly params: Record<string, string>;
  readonly root: string;
  readonly query: URLSearchParams;
}

/** Finds the resource that a path names. `_HttpMethod` lets clients without PATCH send one. */
function findRoute(request: OrgRequest): Found {
  const [path = '', search = ''] = request.path.split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const [, root = '', version = '', rest = ''] = /^(\/services\/data\/v(\d+\.\d))(\/.*)?$/.exec(path) ?? [];
  if (!isKnownVersion(version)) throw NOT_FOUND();
  const fitting = routesTo(rest);
  const method = (request.method === 'POST' && query.get('_HttpMethod')) || request.method;
  const found = fitting.find(({ route }) => route.method === method || (method === 'HEAD' && route.method === 'GET'));
  if (found) return { ...found, root, query };
  if (fitting.length === 0) throw NOT_FOUND();
  throw notAllowed(method, fitting);
}

/** The routes that fit a path below a version's root. */
function routesTo(rest: string): Pick<Found, 'route' | 'params'>[] {
  if (LEFT_OUT.test(rest)) return [];
  const segments = split(rest).map(decodeSegment);
  return compiled.flatMap((one) => {
    const params = matchRoute(one, segments);
    return params ? [{ route: one.route, params }] : [];
  });
}

function notAllowed(method: string, fitting: readonly Pick<Found, 'route'>[]): ApiError {
  const methods = fitting.map(({ route }) => route.method);
  const allowed = [...new Set(methods.includes('GET') ? ['HEAD', ...methods] : methods)];
  return new ApiError('METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed. Allowed are ${allowed.join(',')}`);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw new ApiError('NOT_FOUND', `The path is not well encoded: ${segment}`, [], { cause: String(error) });
  }
}

/** Answers a request of a signed-in user and counts it by its kind. */
export function route(org: OrgState, user: OrgUser, request: OrgRequest): Working<OrgResponse> {
  return answered(() => {
    const found = findRoute(request);
    org.stats.byKind[found.route.kind] += 1;
    return work(found.route, callOf(org, user, { request, found }));
  });
}

/** The resource works once the rows that it writes are free. */
function* work(resource: Route, call: Call): Working<OrgResponse> {
  const ids = resource.locks?.(call) ?? [];
  if (ids.length > 0) yield* untilFree(call.org, ids, pathsOf(call));
  const answer = resource.handle(call);
  return Symbol.iterator in answer ? yield* answer : answer;
}

interface Subrequest {
  readonly request: OrgRequest;
  readonly outerPath?: string | undefined;
}

interface Incoming extends Subrequest {
  readonly found: Found;
}

/** Answers a subrequest: counted as a part of the request that it came with. */
function subroute(org: OrgState, user: OrgUser, { request, outerPath }: Subrequest): Working<OrgResponse> {
  return answered(() => {
    const found = findRoute(request);
    if (found.route.kind === 'composite') throw new ApiError('INVALID_INPUT', 'Composite requests cannot be nested');
    return work(found.route, callOf(org, user, { request, found, outerPath }));
  });
}

function callOf(org: OrgState, user: OrgUser, { request, found, outerPath }: Incoming): Call {
  return {
    org,
    user,
    method: request.method,
    path: request.path,
    params: found.params,
    query: found.query,
    headers: request.headers,
    body: request.body,
    root: found.root,
    ...(outerPath === undefined ? {} : { outerPath }),
    dispatch: (subrequest) => subroute(org, user, { request: subrequest, outerPath: request.path }),
  };
}

/** Turns what a resource throws into Salesforce's error answer. */
function* answered(begin: () => Working<OrgResponse>): Working<OrgResponse> {
  try {
    return yield* begin();
  } catch (error) {
    if (error instanceof ApiError) return json(error.status, [error.toEntry()]);
    if (error instanceof SoqlError) return json(400, [{ message: error.message, errorCode: error.code }]);
    throw error;
  }
}
