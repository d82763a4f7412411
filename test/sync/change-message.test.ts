import { describe, expect, test } from 'vitest';
import { MESSAGE_BYTES, packIds, packRows, parseChangeMessage } from '../../lib/sync/change-message.ts';

const QUEUED_AT = '2026-11-21T10:00:00.000Z';
const ENVELOPE = { type: 'Lead', queuedAt: QUEUED_AT, columns: ['Id', 'SystemModstamp', 'Notes'] } as const;

const rowOf = (id: string, notes: string, newer = false) => ({
  id,
  text: JSON.stringify([id, QUEUED_AT, notes]),
  newer,
});

describe('rows in messages', () => {
  test.each(['x', 'ü', '€', '😀', '"', '\u0000'])(
    'come out as they went in, in order, each message below the size that costs a second request: %j',
    (character) => {
      const texts = Array.from({ length: 60 }, (_, at) => character.repeat(at * 40));
      const bodies = [
        ...packRows(
          ENVELOPE,
          texts.map((text, at) => rowOf(`row${at}`, text, at % 3 === 0)),
        ),
      ];
      for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThan(MESSAGE_BYTES);
      const found = bodies.flatMap((body) => {
        const message = parseChangeMessage(body);
        return message?.kind === 'rows' ? message.rows.map((row, at) => [...row, message.newer.includes(at)]) : [];
      });
      expect(found).toEqual(texts.map((text, at) => [`row${at}`, QUEUED_AT, text, at % 3 === 0]));
    },
  );

  test('that are too large for a message are named', () => {
    const bodies = [...packRows(ENVELOPE, [rowOf('a', 'x'), rowOf('b', 'x'.repeat(MESSAGE_BYTES)), rowOf('c', 'x')])];
    const messages = bodies.map((body) => parseChangeMessage(body));
    expect(messages.map((message) => message?.kind)).toEqual(['refresh', 'rows']);
    expect(messages.find((message) => message?.kind === 'refresh')).toMatchObject({ type: 'Lead', ids: ['b'] });
  });

  test('make no message where there are none', () => {
    expect([...packRows(ENVELOPE, []), ...packIds({ kind: 'pending', queuedAt: QUEUED_AT }, [])]).toEqual([]);
  });
});

test('ids travel two hundred a message', () => {
  const ids = Array.from({ length: 450 }, (_, at) => `p${at}`);
  const messages = [...packIds({ kind: 'pending', queuedAt: QUEUED_AT }, ids)].map((body) => JSON.parse(body));
  expect(messages.map(({ personIds }) => personIds.length)).toEqual([200, 200, 50]);
  expect(messages.flatMap(({ personIds }) => personIds)).toEqual(ids);
});

test.each([
  '',
  'null',
  '[]',
  '{}',
  '{"kind":"pending","personIds":["p1"]}',
  `{"kind":"toString","queuedAt":"${QUEUED_AT}"}`,
  `{"kind":"pending","queuedAt":"${QUEUED_AT}","personIds":[1]}`,
  `{"kind":"refresh","queuedAt":"${QUEUED_AT}","type":"Account","ids":[]}`,
  `{"kind":"rows","queuedAt":"${QUEUED_AT}","type":"Lead","columns":["Id"],"newer":["0"],"rows":[]}`,
  `{"kind":"rows","queuedAt":"${QUEUED_AT}","type":"Lead","columns":["Id"],"newer":[],"rows":[{}]}`,
  `{"kind":"retry","queuedAt":"${QUEUED_AT}","cursor":null,"due":1}`,
  `{"kind":"retry","queuedAt":"${QUEUED_AT}","cursor":null,"changed":{"type":"Account","fields":[]}}`,
  `{"kind":"retry","queuedAt":"${QUEUED_AT}","cursor":null,"changed":{"type":"Lead","fields":[1]}}`,
  `{"kind":"retry","queuedAt":"${QUEUED_AT}","cursor":null,"changed":null}`,
  `{"kind":"pending","queuedAt":"yesterday","personIds":["p1"]}`,
  `{"kind":"refresh","queuedAt":"${QUEUED_AT}","type":"Lead","ids":["' OR Id != '"]}`,
  ...[[], ['00Q1'], ['00Q1', 'rubbish'], ['', QUEUED_AT], ['00Q1', QUEUED_AT, 'x'], [{}, QUEUED_AT]].map(
    (row) =>
      `{"kind":"rows","queuedAt":"${QUEUED_AT}","type":"Lead","columns":["Id","SystemModstamp"],"newer":[],"rows":[${JSON.stringify(row)}]}`,
  ),
])('%s is no message', (body) => expect(parseChangeMessage(body)).toBeUndefined());
