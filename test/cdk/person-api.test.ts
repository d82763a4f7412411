import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
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
    const persons = functionNamed(stateless, 'persons').id;
    const syncPerson = functionNamed(stateless, 'sync-person').id;
    expect(functionsByRoute(stateless)).toEqual({
      'GET /persons': persons,
      'POST /persons': persons,
      'GET /persons/{personId}': persons,
      'PATCH /persons/{personId}': persons,
      'DELETE /persons/{personId}': syncPerson,
      'GET /persons/{personId}/activities': persons,
      'GET /sync/status': persons,
      'GET /sync/cycles': persons,
      'GET /sync/fields': persons,
      'GET /sync/rejections': persons,
      'POST /sync/fields/accept': persons,
      'POST /sync/reconcile': persons,
      'POST /persons/{personId}/sync': syncPerson,
      'POST /sync-person': syncPerson,
      'POST /sync/preview': syncPerson,
    });
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

  it('is absent only where the settings say none', () => {
    expect(authorizationTypes(synthesised({ auth: 'none' }).stateless)).toEqual(['NONE']);
  });
});
