import { bulkRoutes } from '../bulk/index.ts';
import { ApiError, UnreadableValueError } from '../errors.ts';
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
import { placeOf } from './json-place.ts';
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

/** A route with the segments of its path that are fixed and those that name a part, each with its place. */
interface CompiledRoute {
  readonly route: Route;
  readonly fixed: readonly (readonly [at: number, segment: string])[];
  readonly named: readonly (readonly [at: number, name: string])[];
}

/** The routes by the number of their segments. */
const compiled: ReadonlyMap<number, readonly CompiledRoute[]> = new Map(
  [...Map.groupBy(routes, ({ path }) => split(path).length)].map(([length, some]) => [length, some.map(compileRoute)]),
);

function compileRoute(route: Route): CompiledRoute {
  const segments = [...split(route.path).entries()];
  return {
    route,
    fixed: segments.filter(([, segment]) => !segment.startsWith(':')),
    named: segments.flatMap(([at, segment]) => (segment.startsWith(':') ? [[at, segment.slice(1)] as const] : [])),
  };
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** The parts of a path that a route names, or undefined where the route does not fit. */
function matchRoute({ fixed, named }: CompiledRoute, path: readonly string[]): Record<string, string> | undefined {
  if (!fixed.every(([at, segment]) => path[at] === segment)) return undefined;
  return Object.fromEntries(named.map(([at, name]) => [name, path[at] ?? '']));
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
  return (compiled.get(segments.length) ?? []).flatMap((one) => {
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
  return answered(request, () => {
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
  return answered(request, () => {
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
function* answered(request: OrgRequest, begin: () => Working<OrgResponse>): Working<OrgResponse> {
  try {
    return yield* begin();
  } catch (error) {
    if (error instanceof UnreadableValueError) {
      const text = request.text ?? JSON.stringify(request.body);
      return json(error.status, [error.at(placeOf(text, error.path)).toEntry()]);
    }
    if (error instanceof ApiError) return json(error.status, [error.toEntry()]);
    if (error instanceof SoqlError) return json(400, [{ message: error.message, errorCode: error.code }]);
    throw error;
  }
}
