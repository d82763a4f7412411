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
import type { Settings } from '../lib/lambda/settings.ts';

export interface PersonApiProps {
  readonly name: string;
  readonly auth: Settings['auth'];
  readonly persons: IFunction;
  readonly syncPerson: IFunction;
}

type Routes = Readonly<Record<string, readonly HttpMethod[]>>;

const { DELETE, GET, PATCH, POST } = HttpMethod;

const personsRoutes: Routes = {
  '/persons': [GET, POST],
  '/persons/{personId}': [GET, PATCH],
  '/persons/{personId}/activities': [GET],
  '/sync/status': [GET],
  '/sync/cycles': [GET],
  '/sync/fields': [GET],
  '/sync/rejections': [GET],
  '/sync/fields/accept': [POST],
  '/sync/reconcile': [POST],
};

const syncPersonRoutes: Routes = {
  '/persons/{personId}': [DELETE],
  '/persons/{personId}/sync': [POST],
  '/sync-person': [POST],
  '/sync/preview': [POST],
};

/** The HTTP API: every route behind the same authorizer, each function behind its own routes. */
export class PersonApi extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { name, auth, persons, syncPerson }: PersonApiProps) {
    super(scope, id);
    const api = new HttpApi(this, 'HttpApi', {
      apiName: name,
      description: 'Lockstep: persons and their sync with Salesforce',
      createDefaultStage: false,
      defaultAuthorizer: authorizer(auth),
    });
    addRoutes(api, personsRoutes, new HttpLambdaIntegration('Persons', persons));
    addRoutes(api, syncPersonRoutes, new HttpLambdaIntegration('SyncPerson', syncPerson));
    this.url = addStage(this, api).url;
    if (auth === 'none') {
      Validations.of(api).acknowledge({
        id: 'AwsSolutions::AwsSolutions-APIG4',
        reason: 'Asked for by the setting auth: none, which is for an API that only this machine can reach.',
      });
    }
  }
}

function addRoutes(api: HttpApi, routes: Routes, integration: HttpLambdaIntegration): void {
  for (const [path, methods] of Object.entries(routes)) api.addRoutes({ path, methods: [...methods], integration });
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
 * Who asked for what, and how it ended; no path or query string, which may hold an email address.
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
