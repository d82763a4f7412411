import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { subAnswers, subAnswersOfBytes } from '../../lib/salesforce/composite.ts';
import { pageOf } from '../../lib/salesforce/feed-page.ts';
import type { SubAnswer } from '../../lib/salesforce/subrequest.ts';

const COLUMNS = ['Id', 'SystemModstamp', 'Owner.Name', 'Owner.Email', 'Title', 'Score__c', 'Gold__c'];
const REQUEST = { method: 'GET', path: '/queryAll', columns: COLUMNS } as const;
const DESCRIBE = { method: 'GET', path: '/describe' } as const;
const ID = '00Q000000000001AAA';
const STAMP = '2026-11-21T10:00:00.000+0000';

const attributes = { type: 'Lead', url: '/services/data/v64.0/sobjects/Lead/x' };
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"', '\\', '\u2028', '\ud800', '{"a":1}', 'a,b]}', null, true, false, 0, -0),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const record = fc.record({
  attributes: fc.constant(attributes),
  Id: fc.constant(ID),
  SystemModstamp: fc.constant(STAMP),
  Owner: fc.option(fc.record({ attributes: fc.constant(attributes), Name: value, Email: value })),
  Title: fc.oneof(value, fc.constant({ city: 'x', deep: [1, '"}'] })),
  Score__c: value,
  Gold__c: fc.boolean(),
});

const part = (body: unknown, httpStatusCode = 200) => {
  return { body, httpHeaders: { 'Last-Modified': 'now' }, httpStatusCode, referenceId: 's0' };
};

const query = (records: readonly unknown[]) => part({ totalSize: 9, done: false, nextRecordsUrl: '/next', records });

function byBytes(json: string): SubAnswer[] {
  return subAnswersOfBytes(Buffer.from(json), [DESCRIBE, REQUEST], false);
}

function wholly(json: string): SubAnswer[] {
  return subAnswers(JSON.parse(json), 2, false);
}

describe('the records of an answer, copied byte by byte', () => {
  test('are the rows of the answer that is parsed whole', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), (records) => {
        const json = JSON.stringify({ compositeResponse: [part({ name: 'Lead' }), query(records)] });
        const [described, page] = byBytes(json);
        expect(described).toEqual(wholly(json)[0]);
        expect(page?.page?.rows).toHaveLength(records.length);
        expect(page?.headers).toEqual({ 'last-modified': 'now' });
        expect(pageOf(page, COLUMNS)).toEqual(pageOf(wholly(json)[1], COLUMNS));
      }),
    );
  });

  test('hold numbers and texts as this language writes them', () => {
    const written = `{"attributes":{},"Id":"${ID}","SystemModstamp":"${STAMP}","Owner":null,"Title":"a\\/b\\u00e9","Score__c":1.39E8,"Gold__c":100.0}`;
    const [, page] = byBytes(
      `{"compositeResponse":[${JSON.stringify(part(null, 304))},${JSON.stringify(query([])).replace('[]', `[${written}]`)}]}`,
    );
    expect(page?.page?.rows[0]?.text).toBe(`["${ID}","${STAMP}",null,null,"a/bé",139000000,100]`);
  });

  test('hold null for what the query leaves out', () => {
    const lead = { attributes, Id: ID, SystemModstamp: STAMP, Title: 'T', Score__c: 1, Gold__c: true };
    const json = (Owner: unknown) => {
      const { Title, Score__c, Gold__c, ...system } = lead;
      return JSON.stringify({
        compositeResponse: [
          query([{ ...system, ...(Owner === undefined ? {} : { Owner }), Title, Score__c, Gold__c }]),
        ],
      });
    };
    const read = (text: string, absent: readonly string[]) =>
      subAnswersOfBytes(Buffer.from(text), [{ ...REQUEST, absent }], false)[0]?.page?.rows[0]?.text;
    expect(read(json({ attributes, Name: 'N' }), ['Owner.Email'])).toBe(`["${ID}","${STAMP}","N",null,"T",1,true]`);
    expect(read(json(undefined), ['Owner.Name', 'Owner.Email'])).toBe(`["${ID}","${STAMP}",null,null,"T",1,true]`);
  });

  test.each([
    [
      'columns in another order',
      (json: string) => json.replace('"Score__c":1,"Gold__c":true', '"Gold__c":true,"Score__c":1'),
    ],
    ['a column that is missing', (json: string) => json.replace('"Title":"T",', '')],
    ['spaces', (json: string) => JSON.stringify(JSON.parse(json), null, 2)],
    ['no attributes', (json: string) => json.replace(`"attributes":${JSON.stringify(attributes)},"Id"`, '"Id"')],
  ])('%s: the answer is parsed whole', (_, change) => {
    const Owner = { attributes, Name: 'N', Email: 'e' };
    const lead = { attributes, Id: ID, SystemModstamp: STAMP, Owner, Title: 'T', Score__c: 1, Gold__c: true };
    const json = change(JSON.stringify({ compositeResponse: [part({}), query([lead, lead])] }));
    const [, page] = byBytes(json);
    expect(page?.page).toBeUndefined();
    expect(pageOf(page, COLUMNS)).toEqual(pageOf(wholly(json)[1], COLUMNS));
  });

  test.each(['', '<html>', '{"compositeResponse":[]}', '{"compositeResponse":[{}'])('%j is no answer', (json) => {
    expect(() => byBytes(json)).toThrow(/unknown form/);
  });

  test('a query that is refused is answered as it is', () => {
    const refused = part([{ errorCode: 'INVALID_FIELD', message: '' }], 400);
    const [, page] = byBytes(JSON.stringify({ compositeResponse: [part({}), refused] }));
    expect(pageOf(page, COLUMNS)).toBe('invalidField');
  });
});
