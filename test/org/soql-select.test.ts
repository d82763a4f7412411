import { describe, expect, it } from 'vitest';
import { columnMetadata, type QueryResult, runQuery } from '../sandbox/org/soql/index.ts';
import { InMemorySource, idOf, smallOrg } from './in-memory-source.ts';

const org = smallOrg();

function run(soql: string, source = org): QueryResult {
  return runQuery(source, soql, { includeDeleted: false, urlPrefix: '/services/data/v62.0/sobjects' });
}

function records(soql: string, source = org): unknown[] {
  const result = run(soql, source);
  return result.kind === 'count' ? [] : [...result.records];
}

// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
describe('SELECT', () => {
  it('renders fields under their API names, attributes first', () => {
    const [record] = records('select id, lastname from lead order by id limit 1');
    expect(JSON.stringify(record)).toBe(
      `{"attributes":{"type":"Lead","url":"/services/data/v62.0/sobjects/Lead/${idOf('00Q', 1)}"},"Id":"${idOf('00Q', 1)}","LastName":"Lovelace"}`,
    );
  });

  // https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_relationships_and_polymorph_keys.htm
  it('nests parent fields; a polymorphic parent has the type Name', () => {
    const [record] = records("SELECT Owner.Name, LastName, Owner.Type FROM Lead WHERE Owner.Type = 'Queue'");
    expect(record).toEqual({
      attributes: { type: 'Lead', url: `/services/data/v62.0/sobjects/Lead/${idOf('00Q', 3)}` },
      Owner: {
        attributes: { type: 'Name', url: `/services/data/v62.0/sobjects/Group/${idOf('00G', 1)}` },
        Name: 'Web Queue',
        Type: 'Queue',
      },
      LastName: "O'Neil",
    });
  });

  it('gives null for a parent that is not there', () => {
    expect(records('SELECT LastName, Account.Name FROM Contact ORDER BY LastName')).toMatchObject([
      { LastName: 'Curie', Account: { attributes: { type: 'Account' }, Name: 'Acme' } },
      { LastName: 'Loose', Account: null },
    ]);
  });

  // https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_fields.htm
  it.each([
    ['ALL', 15],
    ['STANDARD', 13],
    ['CUSTOM', 2],
  ])('FIELDS(%s) stands for the visible fields', (group, count) => {
    const result = run(`SELECT FIELDS(${group}) FROM Lead LIMIT 200`);
    expect(result.kind === 'records' && result.columns.length).toBe(count);
  });

  it('knows the columns by their paths', () => {
    const result = run('SELECT Id, Owner.Name, toLabel(Status) FROM Lead l');
    expect(result.kind === 'records' && result.columns.map(({ path, type }) => [path.join('.'), type])).toEqual([
      ['Id', 'id'],
      ['Owner.Name', 'string'],
      ['Status', 'picklist'],
    ]);
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_orderby.htm
describe('ORDER BY', () => {
  it.each([
    ['LastName', "hopper,Lovelace,O'Neil"],
    ['LastName DESC', "O'Neil,Lovelace,hopper"],
    ['NumberOfEmployees', "hopper,Lovelace,O'Neil"],
    ['NumberOfEmployees DESC', "hopper,O'Neil,Lovelace"],
    ['NumberOfEmployees ASC NULLS LAST', "Lovelace,O'Neil,hopper"],
    ['Owner.Name DESC, LastName', "O'Neil,hopper,Lovelace"],
    ['Status, LastName', "hopper,Lovelace,O'Neil"],
    ['Status DESC, LastName', "Lovelace,O'Neil,hopper"],
    ['SystemModstamp DESC', "O'Neil,hopper,Lovelace"],
  ])('%s', (order, expected) => {
    const names = records(`SELECT LastName FROM Lead ORDER  BY ${order}`) as { LastName: string }[];
    expect(names.map(({ LastName }) => LastName).join()).toBe(expected);
  });

  it('sorts by the stamp of a parent as by any other field', () => {
    const contacts = records(
      'SELECT LastName FROM Contact ORDER BY Account.SystemModstamp DESC NULLS LAST, LastName DESC',
    );
    expect(contacts).toMatchObject([{ LastName: 'Loose' }, { LastName: 'Curie' }]);
  });

  it('LIMIT and OFFSET cut what was sorted', () => {
    expect(records('SELECT LastName FROM Lead ORDER BY LastName LIMIT 1 OFFSET 1')).toMatchObject([
      { LastName: 'Lovelace' },
    ]);
    expect(records('SELECT LastName FROM Lead LIMIT 0')).toEqual([]);
  });
});

// https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_agg_functions.htm
describe('aggregates', () => {
  it('COUNT() counts rows', () => {
    expect(run("SELECT COUNT() FROM Lead WHERE Status = 'Open'")).toMatchObject({ kind: 'count', total: 2 });
    expect(run('SELECT COUNT() FROM Lead LIMIT 1')).toMatchObject({ total: 1 });
  });

  it('names unnamed expressions expr0, expr1, ...', () => {
    expect(
      records(
        'SELECT COUNT(Id), MAX(NumberOfEmployees) most, SUM(NumberOfEmployees), AVG(NumberOfEmployees) FROM Lead',
      ),
    ).toEqual([{ attributes: { type: 'AggregateResult' }, expr0: 3, most: 30, expr1: 40, expr2: 20 }]);
  });

  it('counts only values that are there', () => {
    expect(records('SELECT COUNT(FirstName) a, COUNT_DISTINCT(Status) b, MIN(LastName) c FROM Lead')).toMatchObject([
      { a: 1, b: 2 },
    ]);
  });

  it('groups, filters groups and sorts them', () => {
    const grouped = 'SELECT Status, COUNT(Id) n FROM Lead GROUP BY Status';
    expect(records(`${grouped} ORDER BY COUNT(Id) DESC`)).toMatchObject([
      { Status: 'Open', n: 2 },
      { Status: 'Working', n: 1 },
    ]);
    expect(records(`${grouped} HAVING COUNT(Id) > 1`)).toMatchObject([{ Status: 'Open', n: 2 }]);
    expect(records("SELECT Owner.Name FROM Lead GROUP BY Owner.Name HAVING Owner.Name LIKE 'u%'")).toMatchObject([
      { Name: 'Uma User' },
    ]);
    expect(
      records('SELECT CALENDAR_YEAR(CreatedDate), COUNT(Id) FROM Lead GROUP BY CALENDAR_YEAR(CreatedDate)'),
    ).toMatchObject([{ expr0: 2026, expr1: 3 }]);
  });

  it('gives no group where there is no row, and one where nothing is grouped by', () => {
    expect(records("SELECT Status FROM Lead WHERE LastName = 'x' GROUP BY Status")).toEqual([]);
    expect(records("SELECT COUNT(Id) FROM Lead WHERE LastName = 'x'")).toMatchObject([{ expr0: 0 }]);
  });
});

describe('plans', () => {
  function manyLeads(): InMemorySource {
    const source = new InMemorySource().define('Lead', {
      Id: 'id',
      Email: 'email',
      SystemModstamp: 'datetime',
      IsDeleted: 'boolean',
    });
    source.indexed.add('Email');
    for (let n = 0; n < 5_000; n += 1) {
      const minute = String(Math.floor(n / 100)).padStart(2, '0');
      source.add('Lead', {
        Id: idOf('00Q', n),
        Email: `${n}@example.com`,
        SystemModstamp: `2026-11-21T10:${minute}:00.000+0000`,
      });
    }
    return source;
  }

  it('reads a keyset page without visiting the other rows', () => {
    const source = manyLeads();
    const after = `(SystemModstamp > 2026-11-21T10:20:00Z OR (SystemModstamp = 2026-11-21T10:20:00Z AND Id > '${idOf('00Q', 2_050)}'))`;
    const page = records(
      `SELECT Id, SystemModstamp FROM Lead WHERE ${after} AND SystemModstamp < 2026-11-21T10:40:00Z ORDER BY SystemModstamp, Id LIMIT 200`,
      source,
    ) as { Id: string }[];
    expect([page.length, page[0]?.Id, page.at(-1)?.Id]).toEqual([200, idOf('00Q', 2_051), idOf('00Q', 2_250)]);
    expect(source.visited).toBe(251);
  });

  it('reads an indexed equality or IN without visiting the other rows', () => {
    const source = manyLeads();
    expect(
      records("SELECT Id FROM Lead WHERE Email IN ('7@example.com', '8@EXAMPLE.com') AND IsDeleted = false", source),
    ).toHaveLength(2);
    expect(source.visited).toBe(2);
  });

  it('finds rows while they are asked for', () => {
    const source = manyLeads();
    const result = run('SELECT Id FROM Lead', source);
    if (result.kind !== 'records') throw new Error('not records');
    const [first] = result.records;
    expect([first?.Id, source.visited]).toEqual([idOf('00Q', 0), 1]);
  });
});

describe('column metadata', () => {
  function columns(soql: string): unknown[] {
    return columnMetadata(run(soql)).columnMetadata.map(({ columnName, displayName, aggregate, joinColumns }) => [
      columnName,
      displayName,
      aggregate,
      joinColumns.map((column) => column.columnName),
    ]);
  }

  it('nests the fields of a parent in one column', () => {
    expect(columns('SELECT Id, Owner.Name, LastName, Owner.Type FROM Lead')).toEqual([
      ['Id', 'Id', false, []],
      ['Owner', 'Owner', false, ['Name', 'Type']],
      ['LastName', 'LastName', false, []],
    ]);
  });

  it('names the function of an aggregate', () => {
    expect(columns('SELECT Status, COUNT(Id), MAX(CreatedDate) latest FROM Lead GROUP BY Status')).toEqual([
      ['Status', 'Status', false, []],
      ['expr0', 'count(Id)', true, []],
      ['latest', 'max(CreatedDate)', true, []],
    ]);
  });
});
