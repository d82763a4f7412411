import { openApiDocument } from '../../lib/lambda/api/openapi.ts';
import { PROBLEMS } from '../../lib/lambda/api/problem.ts';
import { ROUTE_KEYS } from '../../lib/lambda/api/routes.ts';
import { ACTIVITIES, AFTER, BEFORE } from './api-text.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description: string }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly security: readonly { readonly jwt?: readonly string[] }[];
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

const document = openApiDocument() as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

/** The page of the API, from its OpenAPI document and the few texts that the document has no place for. */
export function apiPage(): string {
  const calls = ROUTE_KEYS.map(callSection);
  return [BEFORE, '## The calls', ...calls, problemsSection(), activitiesSection(), AFTER].join('\n\n').concat('\n');
}

function callSection(key: string): string {
  const [method = '', path = ''] = key.split(' ');
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`the document has no ${key}`);
  const { summary, description, parameters = [], requestBody, responses, security } = operation;
  const scope = security.flatMap(({ jwt = [] }) => jwt).join();
  const body = requestBody?.content['application/json']?.schema;
  return [
    `### \`${key}\``,
    `${summary}.${description === undefined ? '' : ` ${description}`} Scope: \`${scope}\`.`,
    ...(body === undefined ? [] : [`Body${requestBody?.required === false ? ', optional' : ''}: \`${sketch(body)}\``]),
    [
      ...parameters.map(({ name, in: place, description: told }) => `- ${place} \`${name}\`: ${told}`),
      ...Object.entries(responses)
        .filter(([, answer]) => answer.content?.['application/problem+json'] === undefined)
        .filter(([status]) => !GATEWAY_STATUSES.has(status))
        .map(([status, answer]) => `- **${status}** ${answer.description}${answered(answer.content)}`),
      `- problems: ${problemsOf(responses)}`,
    ].join('\n'),
  ].join('\n\n');
}

const GATEWAY_STATUSES: ReadonlySet<string> = new Set(['401', '403', '429']);

function answered(content: Content | undefined): string {
  const schema = content?.['application/json']?.schema;
  return schema === undefined ? '' : ` \`${sketch(schema)}\``;
}

function problemsOf(responses: Operation['responses']): string {
  const names = Object.values(responses).flatMap(({ description, content }) =>
    content?.['application/problem+json'] === undefined ? [] : [...description.matchAll(/`([a-z-]+)`: /g)],
  );
  return names.map(([, name]) => `\`${name}\``).join(', ');
}

/** A schema in the way in which people write JSON down. */
function sketch(schema: Schema, depth = 0): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((each) => sketch(each, depth)).join(' | ');
  if (schema.type === 'array') return `[${sketch(schema.items ?? {}, depth)}]`;
  if (schema.properties === undefined || depth > 1) return [schema.type ?? 'any'].flat().join(' | ');
  const required = new Set(schema.required);
  const members = Object.entries(schema.properties).map(
    ([name, part]) => `${name}${required.has(name) ? '' : '?'}: ${sketch(part, depth + 1)}`,
  );
  return `{${members.join(', ')}}`;
}

function problemsSection(): string {
  const head = ['type `/problems/…`', 'status', 'title'];
  const rows = Object.entries(PROBLEMS).map(([name, { status, title }]) => [`\`${name}\``, `${status}`, title]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return ['## Problems', '', ...[head, rule, ...rows].map(line)].join('\n');
}

function activitiesSection(): string {
  const kinds = document.components.schemas.Activity?.oneOf ?? [];
  const rows = kinds.map(({ properties = {} }) => {
    const type = properties.type?.const ?? '';
    const means = ACTIVITIES[type];
    if (means === undefined) throw new Error(`nothing says what the activity ${type} means`);
    return `- \`${type}\`: ${means}. Detail: \`${sketch(properties.detail ?? {})}\``;
  });
  return ['## Activities', '', 'Each is `{activityId, at, type, direction, detail}`.', '', ...rows].join('\n');
}
