import fc from 'fast-check';
import { expect, test } from 'vitest';
import { queryPath, soqlInstant, soqlList, soqlText } from '../../lib/salesforce/soql.ts';
import { parseSoql } from '../sandbox/org/soql/parse-soql.ts';

const UNESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** What Salesforce reads in a literal; undefined where the literal ends early or never. */
function readLiteral(literal: string): string | undefined {
  const body = /^'((?:[^\\']|\\.)*)'$/s.exec(literal)?.[1];
  return body?.replace(/\\(.)/gs, (_, character: string) => UNESCAPED[character] ?? character);
}

const nasty = fc.string({
  unit: fc.oneof(fc.constantFrom('\\', "'", '"', '\n', '\r', '\t', '\b', '\f', '%', '_', '@{'), fc.string()),
});

test('a literal is read back as the text it was made from, whatever the text', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      expect(readLiteral(soqlText(text))).toBe(text);
    }),
    { numRuns: 2_000 },
  );
});

test('no text can end its literal and go on as SOQL', () => {
  expect(soqlText("x' OR Name != '")).toBe("'x\\' OR Name != \\''");
  expect(soqlText('ends with \\')).toBe("'ends with \\\\'");
});

test('a query with any text in it parses as one condition', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const parsed = parseSoql(`SELECT Id FROM Lead WHERE Email = ${soqlText(text)} LIMIT 7`);
      expect(parsed).toMatchObject({ query: { limit: 7, where: { left: { field: 'Email' } } } });
    }),
    { numRuns: 300 },
  );
});

test('lists hold each value as a literal', () => {
  expect(soqlList(['a', "b'c"])).toBe("('a', 'b\\'c')");
});

test('instants are written in UTC, in the form that Salesforce answers or in ours', () => {
  expect(soqlInstant('2026-11-21T10:00:00.000+0000')).toBe('2026-11-21T10:00:00.000Z');
  expect(soqlInstant('2026-11-21T10:00:00Z')).toBe('2026-11-21T10:00:00.000Z');
  expect(() => soqlInstant('yesterday')).toThrow(RangeError);
});

test('a query is encoded for a URL, references of composite requests included', () => {
  expect(queryPath('queryAll', "SELECT Id FROM Lead WHERE Email = '@{a}+b'")).toBe(
    "/queryAll?q=SELECT%20Id%20FROM%20Lead%20WHERE%20Email%20%3D%20'%40%7Ba%7D%2Bb'",
  );
});
