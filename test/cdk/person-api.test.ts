import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { API_ROUTES, ROUTE_KEYS } from '../../lib/lambda/api/routes.ts';
import { functionNamed, resourcesOf, synthesised } from './synthesised.ts';

const routes = (template: Template) => Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Route'));

/** Route → the logical id of the function behind it. */
function functionsByRoute(template: Template): Readonly<Record<string, string>> {
  const integrations = resourcesOf(template, 'AWS::ApiGatewayV2::Integration');
  return Object.fromEntries(
    routes(template).map(({ Properties }) => {
      const [, { Ref }] = (Properties.Target as { 'Fn::Join': ['', ['integrations/', { Ref: string }]] })[
        'Fn::Join'
      ][1];
      const uri = integrations[Ref]?.Properties.IntegrationUri as { 'Fn::GetAtt': [string, 'Arn'] };
      return [String(Properties.RouteKey), uri['Fn::GetAtt'][0]];
    }),
  );
}

describe('the HTTP API', () => {
  const { stateless } = synthesised();

  it('has the documented routes, each before its function', () => {
    const behind = Object.fromEntries(
      (['persons', 'sync-person', 'operate'] as const).map((name) => [name, functionNamed(stateless, name).id]),
    );
    const expected = ROUTE_KEYS.flatMap((key) => {
      const runs = behind[API_ROUTES[key].runs];
      return key.startsWith('GET ')
        ? [[key, runs] as const, [key.replace('GET', 'HEAD'), runs] as const]
        : [[key, runs] as const];
    });
    expect(functionsByRoute(stateless)).toEqual({ ...Object.fromEntries(expected), $default: behind.operate });
    expect(ROUTE_KEYS).toContain('POST /sync-person');
  });

  it('logs every request, without what a path or query string may tell', () => {
    const [stage] = Object.values(resourcesOf(stateless, 'AWS::ApiGatewayV2::Stage'));
    const { Format } = (stage?.Properties.AccessLogSettings ?? {}) as { readonly Format: string };
    expect(JSON.parse(Format)).toMatchObject({ route: '$context.routeKey', status: '$context.status' });
    expect(Format).not.toMatch(/context\.path|queryString|rawQuery/);
  });

  it('is throttled', () => {
    stateless.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingBurstLimit: 200, ThrottlingRateLimit: 100 },
    });
  });
});

describe('the authorizer', () => {
  const { stateless } = synthesised();
  const authorizationTypes = (template: Template) => [
    ...new Set(routes(template).map(({ Properties }) => Properties.AuthorizationType)),
  ];

  it('is IAM on every route unless told otherwise', () => {
    expect(authorizationTypes(synthesised().stateless)).toEqual(['AWS_IAM']);
  });

  it('is JWT on every route where an issuer and audience are set', () => {
    const jwt = { issuer: 'https://login.example.com', audience: ['lockstep'] };
    const { stateless } = synthesised({ auth: { jwt } });
    expect(authorizationTypes(stateless)).toEqual(['JWT']);
    stateless.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      JwtConfiguration: { Issuer: 'https://login.example.com', Audience: ['lockstep'] },
    });
  });

  it('asks a token for the scope of the route, and for any of them where there is no route', () => {
    const jwt = { issuer: 'https://login.example.com', audience: ['lockstep'] };
    const scopes = new Map(
      routes(synthesised({ auth: { jwt } }).stateless).map(({ Properties }) => [
        Properties.RouteKey,
        Properties.AuthorizationScopes,
      ]),
    );
    expect(scopes.get('GET /persons')).toEqual(['lockstep/read']);
    expect(scopes.get('HEAD /persons')).toEqual(['lockstep/read']);
    expect(scopes.get('PATCH /persons/{personId}')).toEqual(['lockstep/write']);
    expect(scopes.get('POST /sync-person')).toEqual(['lockstep/write']);
    expect(scopes.get('DELETE /persons/{personId}')).toEqual(['lockstep/operate']);
    expect(scopes.get('POST /sync/reconcile')).toEqual(['lockstep/operate']);
    expect(scopes.get('$default')).toEqual(['lockstep/read', 'lockstep/write', 'lockstep/operate']);
    expect([...scopes.values()]).not.toContain(undefined);
    expect(routes(stateless).filter(({ Properties }) => 'AuthorizationScopes' in Properties)).toEqual([]);
  });

  it('is absent only where the settings say none', () => {
    expect(authorizationTypes(synthesised({ auth: 'none', sandbox: true }).stateless)).toEqual(['NONE']);
  });
});
