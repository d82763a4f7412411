import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { API_ROUTES, API_SCOPES, type ApiRoute, ROUTE_KEYS } from '../lib/lambda/api/routes.ts';
import type { Settings } from '../lib/lambda/settings.ts';

export interface PersonApiProps {
  readonly name: string;
  readonly auth: Settings['auth'];
  readonly functions: Readonly<Record<ApiRoute['runs'], IFunction>>;
}

/** The HTTP API: all routes with the same authorizer, each route with the route's function. */
export class PersonApi extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { name, auth, functions }: PersonApiProps) {
    super(scope, id);
    const integrations = {
      persons: new HttpLambdaIntegration('Persons', functions.persons),
      'sync-person': new HttpLambdaIntegration('SyncPerson', functions['sync-person']),
      operate: new HttpLambdaIntegration('Operate', functions.operate),
    };
    const api = new HttpApi(this, 'HttpApi', {
      apiName: name,
      description: 'Lockstep: persons and their sync with Salesforce',
      createDefaultStage: false,
      // Unknown paths and methods are answered as problems, not by the gateway itself.
      defaultIntegration: integrations.operate,
      defaultAuthorizer: authorizer(auth),
      ...(isJwt(auth) ? { defaultAuthorizationScopes: Object.keys(API_SCOPES) } : {}),
    });
    for (const key of ROUTE_KEYS) {
      const { scope: needed, runs } = API_ROUTES[key];
      const [method, path = ''] = key.split(' ');
      api.addRoutes({
        path,
        methods: method === 'GET' ? [HttpMethod.GET, HttpMethod.HEAD] : [HttpMethod[method as keyof typeof HttpMethod]],
        integration: integrations[runs],
        ...(isJwt(auth) ? { authorizationScopes: [needed] } : {}),
      });
    }
    this.url = addStage(this, api).url;
    if (auth === 'none') {
      Validations.of(api).acknowledge({
        id: 'AwsSolutions::AwsSolutions-APIG4',
        reason: 'Requested by the setting auth: none, allowed only for an API reachable from the local machine alone.',
      });
    }
  }
}

/** Only tokens have scopes. */
function isJwt(auth: Settings['auth']): boolean {
  return typeof auth !== 'string';
}

function authorizer(auth: Settings['auth']): IHttpRouteAuthorizer {
  if (auth === 'none') return new HttpNoneAuthorizer();
  if (auth === 'iam') return new HttpIamAuthorizer();
  return new HttpJwtAuthorizer('Jwt', auth.jwt.issuer, { jwtAudience: auth.jwt.audience });
}

function addStage(scope: Construct, httpApi: HttpApi): HttpStage {
  const logGroup = new LogGroup(scope, 'AccessLog', {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  return new HttpStage(scope, 'Stage', {
    httpApi,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: 100, burstLimit: 200 },
    accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: accessLogFormat },
  });
}

/**
 * Caller, method and result; no path or query string, which may contain an email address.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    sourceIp: '$context.identity.sourceIp',
    caller: '$context.identity.caller',
    method: '$context.httpMethod',
    route: '$context.routeKey',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    integrationError: '$context.integrationErrorMessage',
  }),
);
