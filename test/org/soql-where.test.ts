import { describe, expect, it } from 'vitest';
import { matches, runQuery } from '../sandbox/org/soql/index.ts';
import { idOf, smallOrg } from './in-memory-source.ts';

const org = smallOrg();

/** The last digits of the ids of the leads that a condition finds. */
function found(condition: string, includeDeleted = false): string {
  const result = runQuery(org, `SELECT Id FROM Lead WHERE ${condition} ORDER BY Id`, { includeDeleted });
  if (result.kind !== 'records') throw new Error('not records');
  return [...result.rows].map(({ Id }) => String(Id).slice(14, 15)).join('');
}

// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
describe('SOQL comparison operators', () => {
  it.each([
    ["LastName = 'LOVELACE'", '1'],
    ["LastName = 'O\\'Neil'", '3'],
    ["LastName != 'Lovelace'", '23'],
    ["LastName <> 'Lovelace'", '23'],
    ["LastName LIKE 'lo%'", '1'],
    ["LastName LIKE '_opper'", '2'],
    ["LastName LIKE '%\\%%'", ''],
    ["LastName LIKE 'O.Neil'", ''],
    ['FirstName = null', '23'],
    ["FirstName = ''", '23'],
    ['FirstName != null', '1'],
    ["FirstName != 'Ada'", '23'],
    ["FirstName NOT IN ('Ada')", '23'],
    ["FirstName IN ('ada', null)", '123'],
    ['NumberOfEmployees > 10', '3'],
    ['NumberOfEmployees >= 10', '13'],
    ['NumberOfEmployees < 30', '1'],
    ['NumberOfEmployees IN (10, 30)', '13'],
    ['AnnualRevenue = 5.50', '1'],
    ['HasOptedOutOfEmail = true', '2'],
    ['HasOptedOutOfEmail != TRUE', '13'],
    ["Interests__c INCLUDES ('cobol')", '2'],
    ["Interests__c INCLUDES ('Ships;COBOL', 'Cars')", '2'],
    ["Interests__c INCLUDES ('Ships;Cars')", ''],
    ["Interests__c EXCLUDES ('Ships')", '13'],
    [`Id = '${idOf('00Q', 2)}'`, '2'],
    [`Id = '${idOf('00Q', 2).slice(0, 15)}'`, '2'],
    [`Id > '${idOf('00Q', 2)}'`, '3'],
    [`Id IN ('${idOf('00Q', 1)}', '${idOf('00Q', 3)}', '${idOf('00Q', 3)}')`, '13'],
    ["Email = 'LEAD2@example.com'", '2'],
    ["Owner.Name = 'web queue'", '3'],
    ["Owner.Type = 'Queue'", '3'],
    ["Lead.Owner.Type = 'User'", '12'],
    ["Owner.Email != 'x@example.com'", '123'],
  ])('%s', (condition, expected) => {
    expect(found(condition)).toBe(expected);
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_conditionexpression.htm
describe('SOQL condition expressions', () => {
  it.each([
    ["Status = 'Open' AND NumberOfEmployees = 30", '3'],
    ["Status = 'Working' OR NumberOfEmployees = 30", '23'],
    ["(NOT Status = 'Open')", '2'],
    ["NOT Status = 'Open' AND HasOptedOutOfEmail = true", '2'],
    ["NOT (Status = 'Open' AND NumberOfEmployees = 30)", '12'],
    ["(NOT (NOT LastName LIKE 'l%')) AND ((Status = 'Open'))", '1'],
    ["(Status = 'Open' AND NumberOfEmployees = 10) OR (Status = 'Working')", '12'],
    ["Status = 'Open' AND (NumberOfEmployees = 10 OR (NOT Birthday__c = null))", '13'],
  ])('%s', (condition, expected) => {
    expect(found(condition)).toBe(expected);
  });

  it('refuses a mixture of AND and OR without parentheses', () => {
    expect(() => found("Status = 'Open' AND NumberOfEmployees = 1 OR NumberOfEmployees = 2")).toThrow(
      "unexpected token: 'OR'",
    );
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
describe('SOQL dates', () => {
  it.each([
    ['CreatedDate > 2026-11-21T10:00:02Z', '3'],
    ['CreatedDate >= 2026-11-21T12:00:02.000+02:00', '23'],
    ['CreatedDate = 2026-11-21T05:00:02.000-0500', '2'],
    ['Birthday__c = 2026-11-20', '3'],
    ['Birthday__c = YESTERDAY', '3'],
    ['Birthday__c = LAST_N_DAYS:1', '3'],
    ['Birthday__c < TODAY', '3'],
    ['Birthday__c IN (TODAY, N_DAYS_AGO:1)', '3'],
    ['Birthday__c = THIS_WEEK', '3'],
    ['Birthday__c = LAST_WEEK', ''],
    ['Birthday__c = NEXT_N_DAYS:5', ''],
    ['CreatedDate = TODAY', '123'],
    ['CreatedDate = THIS_FISCAL_QUARTER', '123'],
    ['CreatedDate = LAST_N_MONTHS:2', ''],
    ['CreatedDate > LAST_YEAR', '123'],
    ['CreatedDate >= TOMORROW', ''],
    ['CreatedDate != TODAY', ''],
    ['CALENDAR_YEAR(CreatedDate) = 2026', '123'],
    ['DAY_ONLY(CreatedDate) = 2026-11-21', '123'],
    ['HOUR_IN_DAY(CreatedDate) < 10', ''],
  ])('%s', (condition, expected) => {
    expect(found(condition)).toBe(expected);
  });

  it.each([
    ['TODAY', '2026-11-20T23:59:59Z', false],
    ['TODAY', '2026-11-21T00:00:00Z', true],
    ['LAST_N_DAYS:3', '2026-11-18T00:00:00Z', true],
    ['LAST_N_DAYS:3', '2026-11-17T23:59:59Z', false],
    ['LAST_N_DAYS:3', '2026-11-21T23:59:59Z', true],
    ['NEXT_N_DAYS:1', '2026-11-21T23:59:59Z', false],
    ['NEXT_N_DAYS:1', '2026-11-22T23:59:59Z', true],
    ['LAST_90_DAYS', '2026-08-23T00:00:00Z', true],
    ['THIS_WEEK', '2026-11-15T00:00:00Z', true],
    ['LAST_N_WEEKS:1', '2026-11-14T23:59:59Z', true],
    ['LAST_N_WEEKS:1', '2026-11-15T00:00:00Z', false],
    ['N_MONTHS_AGO:1', '2026-10-31T23:59:59Z', true],
    ['LAST_QUARTER', '2026-07-01T00:00:00Z', true],
    ['NEXT_N_YEARS:2', '2028-12-31T23:59:59Z', true],
    ['N_QUARTERS_AGO:4', '2025-11-01T00:00:00Z', true],
  ])('%s and %s: %s', (literal, at, expected) => {
    const keeps = matches(org, 'Lead', `CreatedDate = ${literal}`);
    expect(keeps({ CreatedDate: at.replace('Z', '.000+0000') })).toBe(expected);
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
describe('a condition that is kept', () => {
  it('means the day of its use by TODAY', () => {
    const kept = smallOrg();
    const isToday = matches(kept, 'Lead', 'CreatedDate = TODAY');
    const row = { CreatedDate: '2026-11-21T10:00:00.000+0000' };
    const before = isToday(row);
    kept.instant = '2026-11-22T00:00:00.000Z';
    expect([before, isToday(row)]).toEqual([true, false]);
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
describe('SOQL strings', () => {
  it.each([
    ["'a\\nb'", 'a\nb'],
    ["'a\\\\b'", 'a\\b'],
    ['\'say \\"hi\\"\'', 'say "hi"'],
    ["'caf\\u00e9'", 'café'],
    ["'two  spaces'", 'two  spaces'],
  ])('%s', (literal, value) => {
    expect(matches(org, 'Lead', `LastName = ${literal}`)({ LastName: value })).toBe(true);
  });

  it('refuses an unknown escape sequence', () => {
    expect(() => found("LastName = 'a\\q'")).toThrow('Illegal character sequence');
  });

  it('matches escaped wildcards in LIKE literally', () => {
    const keeps = matches(org, 'Lead', "LastName LIKE '100\\%\\_%'");
    expect([keeps({ LastName: '100%_x' }), keeps({ LastName: '100xxx' })]).toEqual([true, false]);
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
describe('SOQL semi-joins and deleted rows', () => {
  it('finds records whose id another query selects', () => {
    const query = "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE LastName = 'Curie')";
    const result = runQuery(org, query, { includeDeleted: false });
    expect(result.kind === 'records' && [...result.records].length).toBe(1);
  });

  it('finds with an anti-join those that it does not select', () => {
    const result = runQuery(org, 'SELECT Id FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact)', {
      includeDeleted: false,
    });
    expect(result.kind === 'records' && [...result.records].length).toBe(0);
  });

  it('sees deleted rows with queryAll only', () => {
    expect([found("Status = 'Open'"), found("Status = 'Open'", true), found('IsDeleted = true')]).toEqual([
      '13',
      '134',
      '',
    ]);
  });
});
