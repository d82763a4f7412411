import * as z from 'zod/mini';
import { PROBLEM_MEMBERS } from './answer-shapes.ts';
import { ANSWER_HEADERS, type Answer, type Call, COMMON_PROBLEMS } from './call.ts';
import { LIST_CALLS } from './list-calls.ts';
import { OPERATE_CALLS } from './operate-calls.ts';
import { PERSON_CALLS } from './person-calls.ts';
import { PROBLEMS, type ProblemName } from './problem.ts';
import { API_ROUTES, API_SCOPES, ROUTE_KEYS, type RouteKey } from './routes.ts';
import { type Json, SchemaCollection } from './schema-collection.ts';

const CALLS: Readonly<Record<RouteKey, Call>> = { ...PERSON_CALLS, ...LIST_CALLS, ...OPERATE_CALLS };

/** The version of the API, not of the product: a new number means that callers have to change. */
const API_VERSION = '1.0.0';

/** The API as an OpenAPI 3.1 document; deterministic. */
export function openApiDocument(): Json {
  const schemas = new SchemaCollection();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const key of ROUTE_KEYS) {
    const [method = '', path = ''] = key.split(' ');
    const item = paths[path] ?? { ...ifAny('parameters', pathParameters(path)) };
    paths[path] = item;
    const described = operation(schemas, key);
    item[method.toLowerCase()] = described;
    if (method === 'GET') item.head = headOf(described);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Lockstep',
      version: API_VERSION,
      description: 'Persons, and the sync with the Leads and Contacts of a Salesforce org.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Persons', description: 'Create, read and edit persons.' },
      { name: 'Sync', description: 'Sync one person now, or a list of persons.' },
      { name: 'Operate', description: 'Status and control of the sync.' },
    ],
    paths,
    components: { schemas: schemas.collected(), securitySchemes: SECURITY_SCHEMES },
  };
}

const SECURITY_SCHEMES = {
  iam: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'A signature of AWS (Signature Version 4) for the service `execute-api`.',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  },
  jwt: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: `A token of the configured issuer, with the scopes of the call: ${Object.entries(API_SCOPES)
      .map(([scope, meaning]) => `\`${scope}\` to ${meaning}`)
      .join('; ')}.`,
  },
} as const;

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  });
}

function operation(schemas: SchemaCollection, key: RouteKey): Json {
  const call = CALLS[key];
  const { operationId, summary, description, tag, body } = call;
  const parameters = Object.entries(call.parameters ?? {}).map(([name, parameter]) => {
    return { name, ...parameter, schema: schemas.of(parameter.schema, 'input') };
  });
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    security: [{ iam: [] }, { jwt: [API_ROUTES[key].scope] }],
    ...ifAny('parameters', parameters),
    ...(body === undefined
      ? {}
      : { requestBody: { required: body.required, content: json(schemas.of(body.schema, 'input')) } }),
    responses: { ...succeeded(schemas, call), ...problems(schemas, call), ...gatewayAnswers(schemas) },
  };
}

function succeeded(schemas: SchemaCollection, call: Call): Json {
  return Object.fromEntries(
    Object.entries(call.answers).map(([status, { description, body, headers = [] }]: [string, Answer]) => [
      status,
      {
        description,
        ...(headers.length === 0
          ? {}
          : { headers: Object.fromEntries(headers.map((name) => [name, headerOf(ANSWER_HEADERS[name])])) }),
        ...(body === undefined ? {} : { content: json(schemas.of(body, 'output')) }),
      },
    ]),
  );
}

/** The problems of a call, by status. */
function problems(schemas: SchemaCollection, call: Call): Json {
  const schema = schemas.add('Problem', problemSchema(schemas));
  const byStatus = Map.groupBy([...call.problems, ...COMMON_PROBLEMS], (name) => PROBLEMS[name].status);
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => {
      const description = names.map((name) => `\`${name}\`: ${PROBLEMS[name].title}.`).join(' ');
      const waits = names.some((name) => PROBLEMS[name].status === 503) ? { headers: RETRY_AFTER } : {};
      return [status, { description, ...waits, content: { 'application/problem+json': { schema } } }];
    }),
  );
}

function problemSchema(schemas: SchemaCollection): Json {
  const types = (Object.keys(PROBLEMS) as ProblemName[]).map((name) => `/problems/${name}`);
  const shape = z.strictObject({
    type: z.enum(types),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    ...PROBLEM_MEMBERS,
  });
  return { description: 'What went wrong (RFC 9457).', ...schemas.of(shape, 'output') };
}

/**
 * Answers of API Gateway itself, before any function is called.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
 */
function gatewayAnswers(schemas: SchemaCollection): Json {
  const schema = schemas.add('GatewayMessage', {
    description: 'An answer of API Gateway itself, before a function is called.',
    ...schemas.of(z.strictObject({ message: z.string() }), 'output'),
  });
  return Object.fromEntries(
    Object.entries(GATEWAY_ANSWERS).map(([status, description]) => [status, { description, content: json(schema) }]),
  );
}

const GATEWAY_ANSWERS = {
  401: 'There is no valid token.',
  403: 'The signature is missing or invalid, or the caller lacks the right.',
  429: 'Too many requests.',
} as const;

const headerOf = (description: string) => ({ description, schema: { type: 'string' } });
const RETRY_AFTER = { 'Retry-After': headerOf('When to try again, in seconds.') };
const json = (schema: Json) => ({ 'application/json': { schema } });
const ifAny = (name: string, list: readonly unknown[]) => (list.length === 0 ? {} : { [name]: list });

/** The HEAD call of a GET call: no bodies. */
function headOf(get: Json): Json {
  const responses = Object.entries(get.responses as Readonly<Record<string, Json>>).map(([status, answer]) => {
    const { content: _, ...head } = answer;
    return [status, head] as const;
  });
  const name = String(get.operationId);
  return {
    ...get,
    operationId: `head${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    summary: `${String(get.summary)}: only the status and headers`,
    responses: Object.fromEntries(responses),
  };
}
