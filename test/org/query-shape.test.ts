import { parseQuery } from '@jetstreamapp/soql-parser-js';
import { describe, expect, it } from 'vitest';
import { parseSoql } from '../sandbox/org/soql/parse-soql.ts';

/** Pairs of one shape: the second is not parsed as a text of its own. */
const PAIRS: readonly (readonly [string, string])[] = [
  [
    "SELECT Id FROM Lead WHERE Email = 'a@b.c' AND SystemModstamp >= 2026-01-02T03:04:05.000Z",
    "SELECT Id FROM Lead WHERE Email = 'x''s' AND SystemModstamp >= 2027-11-12T13:14:15Z".replace("''", ''),
  ],
  [
    "SELECT Id FROM Lead WHERE Id IN ('a', 'b') ORDER BY Id",
    "SELECT Id FROM Lead WHERE Id IN ('b', '=0=') ORDER BY Id",
  ],
  [
    "SELECT Id FROM Lead WHERE (Title = '2026-01-02T03:04:05Z' OR Title = 'NOT (') LIMIT 2",
    "SELECT Id FROM Lead WHERE (Title = 'a' OR Title = '0000-01-01T00:00:00Z') LIMIT 2",
  ],
  [
    "SELECT Id FROM Lead WHERE Title = 'a\\'b' AND City = 'c'",
    "SELECT Id FROM Lead WHERE Title = 'a\\'b' AND City = 'd'",
  ],
  [
    "SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE Name = 'a')",
    "SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE Name = 'b')",
  ],
  [
    "SELECT COUNT(Id) FROM Lead GROUP BY City HAVING MAX(Title) > 'a'",
    "SELECT COUNT(Id) FROM Lead GROUP BY City HAVING MAX(Title) > 'b'",
  ],
];

describe('a query of a known shape', () => {
  it.each(PAIRS)('is parsed as if alone: %s', (first, second) => {
    for (const text of [first, second, first]) expect(parseSoql(text).query).toEqual(parseQuery(text));
  });
});
