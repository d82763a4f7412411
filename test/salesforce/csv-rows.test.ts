import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvRows } from '../../lib/salesforce/csv-rows.ts';
import type { ColumnKinds } from '../../lib/sync/state/bulk-query.ts';

const COLUMNS = ['Id', 'SystemModstamp', 'Title', 'Score__c', 'Gold__c'];
const KINDS: ColumnKinds = { SystemModstamp: 'datetime', Score__c: 'number', Gold__c: 'boolean' };
const ID = '00Q000000000001AAA';
const STAMP = '2026-11-21T10:00:00.000Z';

function read(csv: string, pieces: readonly number[] = [], columns: readonly string[] = COLUMNS): unknown[] {
  const rows = new CsvRows(columns, KINDS);
  const bytes = Buffer.from(csv);
  const ends = [...pieces.map((at) => at % (bytes.length + 1)), bytes.length].toSorted((one, other) => one - other);
  const found = ends.flatMap((end, at) => rows.push(bytes.subarray(ends[at - 1] ?? 0, end)));
  return [...found, ...rows.end()].map(({ text }) => JSON.parse(text));
}

const quoted = (values: readonly string[]) => values.map((value) => `"${value.replaceAll('"', '""')}"`).join();

describe('a page of results', () => {
  test('reads as what was written, wherever its bytes are cut', () => {
    const line = fc.tuple(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), fc.array(fc.nat(500)), (lines, pieces) => {
        const texts = lines.map(([title, score, gold]) => quoted([ID, STAMP, title, String(score), String(gold)]));
        const expected = lines.map(([title, score, gold]) => [
          ID,
          '2026-11-21T10:00:00.000+0000',
          title.isWellFormed() ? title || null : Buffer.from(title).toString(),
          Object.is(score, -0) ? 0 : score,
          gold,
        ]);
        expect(read(`${[quoted(COLUMNS), ...texts].join('\n')}\n`, pieces)).toEqual(expected);
      }),
    );
  });

  test.each([
    ['100.0', 100],
    ['1.39E8', 139_000_000],
    ['-0.0', 0],
    ['007', 7],
    ['-5', -5],
    ['123456789012345678', 123_456_789_012_345_680],
    ['', null],
  ])('the number %j is %j', (text, number) => {
    expect(read(`${quoted(COLUMNS)}\n${quoted([ID, STAMP, 'x', text, 'true'])}`)).toEqual([
      [ID, '2026-11-21T10:00:00.000+0000', 'x', number, true],
    ]);
  });

  test('lines may end in CRLF, values stand without quotes, and the last line without an end', () => {
    expect(read(`${COLUMNS.join()}\r\n${ID},${STAMP},x,1,false\r\n${ID},${STAMP},,,true`)).toEqual([
      [ID, '2026-11-21T10:00:00.000+0000', 'x', 1, false],
      [ID, '2026-11-21T10:00:00.000+0000', null, null, true],
    ]);
  });

  test('columns come in any order, and one that is missing is null', () => {
    const csv = `"gold__c","Id","SystemModstamp","Title"\n"true","${ID}","${STAMP}","x"\n`;
    expect(read(csv)).toEqual([[ID, '2026-11-21T10:00:00.000+0000', 'x', null, true]]);
  });

  test.each([
    ['no header', ''],
    ['a quote that does not end', `${quoted(COLUMNS)}\n"${ID}`],
    ['a value too few', `${quoted(COLUMNS)}\n${quoted([ID, STAMP, 'x', '1'])}\n`],
    ['a value too many', `${quoted(COLUMNS)}\n${quoted([ID, STAMP, 'x', '1', 'true', 'y'])}\n`],
    ['something after a quote', `${quoted(COLUMNS)}\n"${ID}"x,"${STAMP}","x","1","true"\n`],
  ])('%s is no page', (_, csv) => {
    expect(() => read(csv)).toThrow(/unknown form/);
  });
});
