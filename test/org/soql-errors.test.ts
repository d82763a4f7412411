import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runQuery, SoqlError } from '../sandbox/org/soql/index.ts';
import { smallOrg } from './in-memory-source.ts';

function errorOf(soql: string): SoqlError {
  try {
    runQuery(smallOrg(), soql, { includeDeleted: false });
  } catch (error) {
    if (error instanceof SoqlError) return error;
    throw error;
  }
  throw new Error(`no error: ${soql}`);
}

// https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_calls_concepts_core_data_objects.htm
describe('SOQL errors', () => {
  it('points at an unknown column', () => {
    const { code, message } = errorOf('SELECT Foo FROM Lead');
    expect(code).toBe('INVALID_FIELD');
    expect(message).toBe(
      "\nSELECT Foo FROM Lead\n       ^\nERROR at Row:1:Column:8\nNo such column 'Foo' on entity 'Lead'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
    );
  });

  it('tells the row of a query of several lines', () => {
    expect(errorOf('SELECT Id\nFROM Lead\nWHERE Foo = 1').message).toContain(
      '\nWHERE Foo = 1\n      ^\nERROR at Row:3:Column:7\n',
    );
  });

  it.each([
    ['SELECT Id FROM Foo', 'INVALID_TYPE', "sObject type 'Foo' is not supported."],
    ['SELECT Foo.Name FROM Lead', 'INVALID_FIELD', "Didn't understand relationship 'Foo' in field path."],
    ['SELECT Owner.Foo FROM Lead', 'INVALID_FIELD', "No such column 'Foo' on entity 'Name'."],
    ['SELECT Id FROM Lead WHERE Foo = 1', 'INVALID_FIELD', "No such column 'Foo' on entity 'Lead'."],
    ['SELECT Id FROM Lead ORDER BY Foo', 'INVALID_FIELD', "No such column 'Foo' on entity 'Lead'."],
    ['SELECT Id, LastName, id FROM Lead', 'INVALID_FIELD', 'duplicate field selected: Id'],
    [
      "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01'",
      'INVALID_FIELD',
      "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
    ],
    [
      'SELECT Id FROM Lead WHERE LastName = 5',
      'INVALID_FIELD',
      "value of filter criterion for field 'LastName' must be of type string and should be enclosed in quotes",
    ],
    [
      "SELECT Id FROM Lead WHERE NumberOfEmployees = '5'",
      'INVALID_FIELD',
      "value of filter criterion for field 'NumberOfEmployees' must be of type int and should not be enclosed in quotes",
    ],
    [
      "SELECT Id FROM Lead WHERE HasOptedOutOfEmail = 'true'",
      'INVALID_FIELD',
      "value of filter criterion for field 'HasOptedOutOfEmail' must be of type boolean and should not be enclosed in quotes",
    ],
    ["SELECT Id FROM Lead WHERE Id = 'nonsense'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: nonsense'],
    ['SELECT Id FROM Lead WHERE Birthday__c = 2026-02-30', 'INVALID_QUERY_FILTER_OPERATOR', 'invalid date: 2026-02-30'],
    ['SELECT Id FROM Lead WHERE CreatedDate > LAST_N_YEARS:9999', 'INVALID_QUERY_FILTER_OPERATOR', 'invalid date'],
    ["SELECT Id FROM Lead WHERE Id LIKE '00Q%'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on id field'],
    [
      "SELECT Id FROM Lead WHERE Description = 'x'",
      'INVALID_FIELD',
      "field 'Description' can not be filtered in a query call",
    ],
    [
      'SELECT Id FROM Lead ORDER BY Description',
      'INVALID_FIELD',
      "field 'Description' can not be sorted in a query call",
    ],
    [
      'SELECT COUNT(Id) FROM Lead GROUP BY Description',
      'INVALID_FIELD',
      "field 'Description' can not be grouped in a query call",
    ],
    ['SELECT LastName, COUNT(Id) FROM Lead', 'MALFORMED_QUERY', 'Field must be grouped or aggregated: LastName'],
    ['SELECT LastName n FROM Lead', 'MALFORMED_QUERY', 'only aggregate expressions use field aliasing'],
    ['SELECT FIELDS(ALL) FROM Lead', 'MALFORMED_QUERY', 'The SOQL FIELDS function must have a LIMIT of at most 200'],
    [
      'SELECT FIELDS(CUSTOM) FROM Lead LIMIT 201',
      'MALFORMED_QUERY',
      'The SOQL FIELDS function must have a LIMIT of at most 200',
    ],
    ['SELECT Id FROM Lead OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000'],
    ['SELECT Id FROM Lead USING SCOPE mine', 'MALFORMED_QUERY', "unexpected token: 'mine'"],
    ['SELECT Status FROM Lead GROUP BY ROLLUP(Status)', 'MALFORMED_QUERY', "unexpected token: 'ROLLUP'"],
    ['SELECT Id, FROM Lead', 'MALFORMED_QUERY', "unexpected token: 'FROM'"],
    ['SELEC Id FROM Lead', 'MALFORMED_QUERY', "unexpected token: 'SELEC'"],
    ['SELECT Id FROM Lead WHERE', 'MALFORMED_QUERY', "unexpected token: '<EOF>'"],
    ['SELECT Id FROM Lead WHERE (LastName = null', 'MALFORMED_QUERY', "unexpected token: '<EOF>'"],
    ['SELECT Id FROM Lead LIMIT 5 ORDER BY Id', 'MALFORMED_QUERY', "unexpected token: 'ORDER BY'"],
    ['SELECT Id FROM Lead WHERE LastName = :name', 'MALFORMED_QUERY', 'Bind variables only allowed in Apex code'],
    [
      'SELECT Id FROM Lead WHERE Id IN (SELECT LastName FROM Contact)',
      'MALFORMED_QUERY',
      'Semi join sub-selects can only query id fields',
    ],
    [
      'SELECT Id FROM Account WHERE Id IN (SELECT Id FROM Account)',
      'MALFORMED_QUERY',
      'The inner and outer selects should not be on the same object type',
    ],
    [
      `SELECT Id FROM Lead WHERE LastName = '${'x'.repeat(100_000)}'`,
      'MALFORMED_QUERY',
      'cannot be longer than 100000 characters',
    ],
  ])('%.80s', (soql, code, message) => {
    const error = errorOf(soql);
    expect({ code: error.code, says: error.message.includes(message) ? message : error.message }).toEqual({
      code,
      says: message,
    });
  });
});

describe('any text', () => {
  const words =
    "SELECT|Id|Owner.Name|,|FROM|Lead|WHERE|AND|NOT|(|)|=|LIKE|IN|'x'|5|null|TODAY|LAST_N_DAYS:3|2026-01-01|2026-99-01T00:00:00Z|" +
    "ORDER BY|GROUP BY|HAVING|COUNT()|MAX(Status)|LIMIT|OFFSET|FIELDS(ALL)|toLabel(Status)|TYPEOF|(SELECT Id FROM Contacts)|'|@";

  it('is answered or refused, and nothing else', () => {
    const org = smallOrg();
    const texts = fc
      .array(fc.constantFrom(...words.split('|')), { maxLength: 12 })
      .map((parts) => `SELECT Id FROM Lead ${parts.join(' ')}`);
    fc.assert(
      fc.property(fc.oneof(texts, fc.string()), (soql) => {
        try {
          const result = runQuery(org, soql, { includeDeleted: true });
          if (result.kind === 'records') expect([...result.records].length).toBeLessThanOrEqual(4);
        } catch (error) {
          expect(error).toBeInstanceOf(SoqlError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
