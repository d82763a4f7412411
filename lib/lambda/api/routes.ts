/** Rights of a caller with a JSON Web Token; used as OAuth scopes. */
export type ApiScope = 'lockstep/read' | 'lockstep/write' | 'lockstep/operate';

export const API_SCOPES: Readonly<Record<ApiScope, string>> = {
  'lockstep/read': 'read persons, activities and the state of the sync',
  'lockstep/write': 'create, edit and sync persons',
  'lockstep/operate': 'delete persons, and control the sync',
};

export interface ApiRoute {
  readonly scope: ApiScope;
  /** The function serving the route. */
  readonly runs: 'persons' | 'sync-person' | 'operate';
}

const read = <Runs extends ApiRoute['runs']>(runs: Runs) => ({ scope: 'lockstep/read', runs }) as const;
const write = <Runs extends ApiRoute['runs']>(runs: Runs) => ({ scope: 'lockstep/write', runs }) as const;
const operate = <Runs extends ApiRoute['runs']>(runs: Runs) => ({ scope: 'lockstep/operate', runs }) as const;

/**
 * Every route of the API. The CDK app creates the gateway's routes from the table, the functions implement the routes,
 * and the OpenAPI document describes the routes. Every `GET` route also answers `HEAD`.
 */
export const API_ROUTES = {
  'GET /persons': read('persons'),
  'POST /persons': write('persons'),
  'POST /persons/batch': write('persons'),
  'GET /persons/{personId}': read('persons'),
  'PATCH /persons/{personId}': write('persons'),
  'DELETE /persons/{personId}': operate('sync-person'),
  'GET /persons/{personId}/activities': read('persons'),
  'GET /persons/{personId}/activities/{activityId}': read('persons'),
  'GET /persons/{personId}/sync': read('operate'),
  'POST /persons/{personId}/sync': write('sync-person'),
  'POST /sync-person': write('sync-person'),
  'POST /sync/preview': read('sync-person'),
  'GET /sync/status': read('operate'),
  'GET /sync/cycles': read('operate'),
  'GET /sync/fields': read('operate'),
  'POST /sync/fields/accept': operate('operate'),
  'POST /sync/fields/purge': operate('operate'),
  'POST /sync/reconcile': operate('operate'),
  'GET /sync/rejections': read('operate'),
  'GET /sync/rejections/summary': read('operate'),
  'POST /sync/rejections/retry': operate('operate'),
  'POST /sync-persons': write('operate'),
  'GET /sync/jobs': read('operate'),
  'GET /sync/jobs/{jobId}': read('operate'),
  'POST /sync/jobs/{jobId}/pause': operate('operate'),
  'POST /sync/jobs/{jobId}/resume': operate('operate'),
  'GET /openapi.json': read('operate'),
} as const satisfies Readonly<Record<`${'GET' | 'POST' | 'PATCH' | 'DELETE'} /${string}`, ApiRoute>>;

export type RouteKey = keyof typeof API_ROUTES;

export const ROUTE_KEYS = Object.keys(API_ROUTES) as readonly RouteKey[];

/** The methods of a path, in alphabetical order; empty for an unknown path. */
export function methodsOf(path: string): readonly string[] {
  const given = path.split('/');
  const methods = ROUTE_KEYS.flatMap((key) => {
    const [method = '', routePath = ''] = key.split(' ');
    if (!isPathOf(routePath.split('/'), given)) return [];
    return method === 'GET' ? ['GET', 'HEAD'] : [method];
  });
  return [...new Set(methods)].sort();
}

function isPathOf(route: readonly string[], given: readonly string[]): boolean {
  const fits = (segment: string, at: number) => (segment.startsWith('{') ? given[at] !== '' : segment === given[at]);
  return route.length === given.length && route.every(fits);
}
