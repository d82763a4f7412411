import type { Deployment } from './deployment.ts';
import { type JwtDemand, jwtAuthorizers } from './jwt-authorizer.ts';
import { functionNameOf } from './queue-mapping.ts';

/** A route of the HTTP API and the function behind it. */
export interface Route {
  /** As in the template: `GET /persons/{personId}`, `ANY /files/{path+}` or `$default`. */
  readonly key: string;
  readonly functionName: string;
  readonly timeoutMs: number;
  /** Absent where nobody is asked for a token. */
  readonly demand?: JwtDemand;
}

/** The route that a request takes. */
export interface RouteMatch {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface RouteProperties {
  readonly RouteKey?: string;
  readonly Target?: string;
  readonly AuthorizationType?: string;
  readonly AuthorizerId?: string;
  readonly AuthorizationScopes?: readonly string[];
}

interface IntegrationProperties {
  readonly IntegrationType?: string;
  readonly IntegrationUri?: string;
  readonly PayloadFormatVersion?: string;
  readonly TimeoutInMillis?: number | string;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const longestIntegrationMs = 30_000;

type Integration = Pick<Route, 'functionName' | 'timeoutMs'>;

function integrations(deployment: Deployment): ReadonlyMap<string, Integration> {
  const found = new Map<string, Integration>();
  for (const resource of deployment.resources('AWS::ApiGatewayV2::Integration')) {
    const properties = deployment.properties(resource) as IntegrationProperties;
    if (properties.IntegrationType !== 'AWS_PROXY' || properties.PayloadFormatVersion !== '2.0') {
      throw new Error(`${resource.logicalId}: only AWS_PROXY integrations with payload format 2.0 are supported here`);
    }
    found.set(resource.name, {
      functionName: functionNameOf(properties.IntegrationUri ?? ''),
      timeoutMs: Math.min(Number(properties.TimeoutInMillis ?? longestIntegrationMs), longestIntegrationMs),
    });
  }
  return found;
}

/** The routes of the template. */
export function routesOf(deployment: Deployment): Route[] {
  const targets = integrations(deployment);
  const authorizers = jwtAuthorizers(deployment);
  return deployment.resources('AWS::ApiGatewayV2::Route').map((resource) => {
    const properties = deployment.properties(resource) as RouteProperties;
    const { RouteKey = '', Target = '', AuthorizationType, AuthorizerId = '', AuthorizationScopes = [] } = properties;
    const integration = targets.get(Target.replace(/^integrations\//, ''));
    if (integration === undefined)
      throw new Error(`${resource.logicalId}: ${Target} is no integration of this assembly`);
    const authorizer = authorizers.get(AuthorizerId);
    if (AuthorizationType === 'JWT' && authorizer === undefined) {
      throw new Error(`${resource.logicalId}: ${AuthorizerId} is no authorizer of this assembly`);
    }
    const demand = authorizer && { demand: { ...authorizer, scopes: AuthorizationScopes } };
    return { key: RouteKey, ...integration, ...demand };
  });
}

const segmentsOf = (path: string): string[] => path.split('/').slice(1);

/** Smaller is more specific: literal segments, then variables, then a greedy variable; a method before `ANY`. */
function rank({ key }: Route): string {
  if (key === '$default') return '9';
  const [method, path = ''] = key.split(' ');
  const kinds = segmentsOf(path).map((segment) =>
    segment.startsWith('{') ? (segment.endsWith('+}') ? '3' : '2') : '1',
  );
  return `${kinds.join('')}${method === 'ANY' ? '5' : '4'}`;
}

function pathParametersOf(route: string, path: string): Record<string, string> | undefined {
  const wanted = segmentsOf(route);
  const given = segmentsOf(path);
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
    const value = greedy ? given.slice(index).join('/') : given[index];
    if (name === undefined ? value !== segment : !value) return undefined;
    if (name !== undefined) parameters[name] = decodeURIComponent(value ?? '');
    if (greedy) return parameters;
  }
  return wanted.length === given.length ? parameters : undefined;
}

/**
 * Picks the most specific route. Throws URIError for a path that is not well encoded.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch | undefined {
  const ranked = [...routes].sort((left, right) => (rank(left) < rank(right) ? -1 : 1));
  for (const route of ranked) {
    if (route.key === '$default') return { route, pathParameters: {} };
    const [routeMethod, routePath = ''] = route.key.split(' ');
    if (routeMethod !== 'ANY' && routeMethod !== method) continue;
    const pathParameters = pathParametersOf(routePath, path);
    if (pathParameters !== undefined) return { route, pathParameters };
  }
  return undefined;
}
