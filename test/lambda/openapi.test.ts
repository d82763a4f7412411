import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../lib/lambda/api/openapi.ts';
import { ROUTE_KEYS } from '../../lib/lambda/api/routes.ts';

const document = openApiDocument() as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};

/** https://redocly.com/docs/cli/rules/built-in-rules */
const config = await createConfig({
  extends: ['recommended-strict'],
  rules: {
    'no-unused-components': 'error',
    'operation-operationId-unique': 'error',
    // The address of the API is the address that the document came from.
    'no-server-example.com': 'off',
  },
});

describe('the OpenAPI document', () => {
  test('has nothing that a linter objects to', async () => {
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    expect(problems.map(({ ruleId, message, location: [at] }) => `${ruleId}: ${message} ${at?.pointer}`)).toEqual([]);
  });

  test('has every route of the API, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((name) => name !== 'parameters' && name !== 'head')
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual([...ROUTE_KEYS].toSorted());
  });

  test('answers HEAD wherever it answers GET', () => {
    for (const item of Object.values(document.paths)) expect('head' in item).toBe('get' in item);
  });

  test('is the same each time it is made', () => {
    expect(JSON.stringify(openApiDocument())).toBe(JSON.stringify(document));
  });
});
