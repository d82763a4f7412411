import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openApiDocument } from '../../../lib/lambda/api/openapi.ts';
import { methodsOf, ROUTE_KEYS } from '../../../lib/lambda/api/routes.ts';
import type { JsonAnswer, JsonCall } from './json-call.ts';

interface DocumentedAnswer {
  readonly content?: Readonly<Record<string, unknown>>;
}

type Operation = { readonly responses: Readonly<Record<string, DocumentedAnswer>> };

const document = openApiDocument() as { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: { 'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/ },
});
ajv.addSchema(document, 'api');

const compiled = new Map<string, ValidateFunction>();

/**
 * Throws where an answer of the API is not one that the OpenAPI document gives the call: its status, its content type and
 * its body, to the last member.
 */
export function checkDocumented({ method, url }: JsonCall, answer: JsonAnswer): void {
  const { pathname } = new URL(url);
  const fault = faultOf(method.toLowerCase(), pathname, answer);
  if (fault === undefined) return;
  const said = JSON.stringify(answer.body)?.slice(0, 2000);
  throw new Error(`${method} ${pathname} answered ${answer.status} ${said}: ${fault}`);
}

function faultOf(verb: string, pathname: string, answer: JsonAnswer): string | undefined {
  const path = routedPath(pathname) ?? '';
  const operation = document.paths[path]?.[verb];
  if (operation === undefined) {
    const expected = methodsOf(pathname).length === 0 ? 404 : 405;
    return answer.status === expected ? undefined : 'the document has no such call';
  }
  const documented = operation.responses[answer.status];
  if (documented === undefined) return 'the document does not name this status';
  const keys = ['paths', path, verb, 'responses', String(answer.status), 'content'];
  if (verb === 'head') return answer.body === undefined ? undefined : 'a HEAD has no body';
  return contentFault(keys, documented, answer);
}

function contentFault(keys: readonly string[], { content = {} }: DocumentedAnswer, answer: JsonAnswer) {
  const [documented = null] = Object.keys(content);
  const type = answer.headers.get('content-type');
  if (type !== documented) return `it is ${type}, and the document says ${documented}`;
  return documented === null ? undefined : bodyFault([...keys, documented, 'schema'], answer.body);
}

function bodyFault(keys: readonly string[], body: unknown): string | undefined {
  const validate = validatorOf(`api#/${keys.map((part) => encodeURIComponent(escaped(part))).join('/')}`);
  return validate(body) ? undefined : `the document says otherwise: ${ajv.errorsText(validate.errors)}`;
}

function validatorOf($ref: string): ValidateFunction {
  const validate = compiled.get($ref) ?? ajv.compile({ $ref });
  compiled.set($ref, validate);
  return validate;
}

/** https://datatracker.ietf.org/doc/html/rfc6901 */
function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The path of the document that a path of the API belongs to; a path without variables goes before one with them. */
function routedPath(pathname: string): string | undefined {
  const given = pathname.split('/');
  const paths = [...new Set(ROUTE_KEYS.map((key) => key.split(' ')[1] ?? ''))];
  return paths
    .toSorted((left, right) => left.split('{').length - right.split('{').length)
    .find((path) => {
      const segments = path.split('/');
      return (
        segments.length === given.length && segments.every((part, at) => part.startsWith('{') || part === given[at])
      );
    });
}
