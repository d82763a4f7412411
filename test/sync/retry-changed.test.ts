import { describe, expect, test } from 'vitest';
import type { Fields, FieldValue } from '../../lib/person/field-value.ts';
import { DEFAULT_POLICY, type SyncPolicy } from '../../lib/schema/sync-policy.ts';
import { TransientError } from '../../lib/sync/errors.ts';
import type { BacklogLane, Ports } from '../../lib/sync/ports/ports.ts';
import type { Field } from '../sandbox/org/schema/field.ts';
import { storeWith } from './store-with.ts';
import { TwoSides } from './two-sides.ts';

const SCORE = { object: 'Lead', name: 'Score__c' };
const LEVEL = { object: 'Lead', name: 'Level__c', type: 'picklist', values: ['A', 'B'] };

/** What is refused because of the schema, and the change that lets the edit through. */
interface Cause {
  readonly name: string;
  readonly code: string;
  readonly edit: Fields;
  /** Where that is not the edit itself. */
  readonly sent?: Fields;
  /** Before the person is there. */
  readonly arrange?: (sides: TwoSides) => void;
  /** After the edit, before it is pushed. */
  readonly spoil?: (sides: TwoSides) => void;
  readonly mend?: (sides: TwoSides) => void;
  /** Other ports from then on. */
  readonly over?: Partial<Ports>;
}

function changeField(sides: TwoSides, name: string, change: Partial<Field>): void {
  const { schema, clock } = sides.org.state;
  schema.changeFields('Lead', (field) => (field.name === name ? { ...field, ...change } : field), clock.now());
}

const access = (edit: boolean) => (sides: TwoSides) => {
  sides.control('field-access', { object: 'Lead', field: 'Title', read: true, edit });
};

const TOO_LONG = 'x'.repeat(129);
const cutting: SyncPolicy = { ...DEFAULT_POLICY, fields: { ...DEFAULT_POLICY.fields, truncate: ['Title'] } };

const CAUSES: readonly Cause[] = [
  {
    name: 'a field may be edited again',
    code: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    edit: { Title: 'CTO' },
    spoil: access(false),
    mend: access(true),
  },
  {
    name: 'a text may be longer',
    code: 'STRING_TOO_LONG',
    edit: { Title: TOO_LONG },
    mend: (sides) => changeField(sides, 'Title', { length: 200 }),
  },
  {
    name: 'a number may have more digits',
    code: 'NUMBER_OUTSIDE_VALID_RANGE',
    edit: { Score__c: 123_456 },
    arrange: (sides) => sides.control('fields', { ...SCORE, type: 'double', precision: 5, scale: 0 }),
    mend: (sides) => changeField(sides, SCORE.name, { precision: 9 }),
  },
  {
    name: 'a restricted picklist has the value',
    code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    edit: { Level__c: 'C' },
    arrange: (sides) => sides.control('fields', LEVEL),
    mend: (sides) => changeField(sides, LEVEL.name, { values: ['A', 'B', 'C'] }),
  },
  {
    name: 'a value is not required any more',
    code: 'REQUIRED_FIELD_MISSING',
    edit: { Company: null },
    mend: (sides) => changeField(sides, 'Company', { nillable: true }),
  },
  {
    name: 'the settings cut what is too long',
    code: 'STRING_TOO_LONG',
    edit: { Title: TOO_LONG },
    sent: { Title: 'x'.repeat(128) },
    over: { policy: cutting },
  },
];

async function refused(cause: Cause) {
  const sides = new TwoSides();
  cause.arrange?.(sides);
  const { personId, salesforce } = await sides.linkedPerson();
  cause.spoil?.(sides);
  await sides.edit(personId, cause.edit);
  const cycle = async (over: Partial<Ports & BacklogLane> = {}) => {
    sides.clock.advance(60_000);
    await sides.poll(over);
    while (sides.queue.waiting.length > 0) await sides.merge(over);
  };
  await cycle();
  expect(sides.person(personId).rejection?.code).toBe(cause.code);
  return { sides, personId, rowId: salesforce?.id ?? '', cycle };
}

describe('a rejection ends by itself when', () => {
  test.each(CAUSES)('$name ($code)', async (cause) => {
    const { sides, personId, rowId, cycle } = await refused(cause);
    await cycle();
    expect(sides.person(personId).rejection?.code).toBe(cause.code);
    cause.mend?.(sides);
    await cycle(cause.over);
    expect(sides.person(personId)).toMatchObject({ rejection: null, pending: {} });
    const row: Record<string, FieldValue> = sides.record('Lead', rowId);
    expect(row).toMatchObject(cause.sent ?? cause.edit);
    expect(sides.logged(personId, 'rejected')).toHaveLength(1);
  });
});

const [, LENGTH] = CAUSES;

function byLength() {
  if (LENGTH === undefined) throw new Error('no cause');
  return refused(LENGTH);
}

test('a change of another field wakes nobody', async () => {
  const { sides, personId, cycle } = await byLength();
  const { revision } = sides.person(personId);
  changeField(sides, 'Phone', { length: 99 });
  await cycle();
  expect(sides.person(personId)).toMatchObject({ revision, rejection: { code: 'STRING_TOO_LONG' } });
});

test('a change that does not help is told once', async () => {
  const { sides, personId, cycle } = await byLength();
  changeField(sides, 'Title', { length: 128, label: 'Position' });
  changeField(sides, 'Title', { length: 100 });
  await cycle();
  expect(sides.person(personId).rejection).toMatchObject({ code: 'STRING_TOO_LONG', fields: ['Title'] });
  changeField(sides, 'Title', { length: 128 });
  await cycle();
  const messages = sides.logged(personId, 'rejected').map(({ detail }) => detail.message);
  expect(messages).toEqual([...new Set(messages)]);
});

test('a cycle that dies before the schema is saved without what has changed sends the rejections once more', async () => {
  const { sides, personId, cycle } = await byLength();
  changeField(sides, 'Title', { length: 200 });
  const sent: (readonly [string, number | undefined])[] = [];
  const backlog = {
    depth: () => sides.queue.depth(),
    send: (bodies: readonly string[], delaySeconds?: number) => {
      sent.push(...bodies.map((body) => [(JSON.parse(body) as { kind: string }).kind, delaySeconds] as const));
      return sides.queue.send(bodies);
    },
  };
  const state = storeWith(sides.ports.state, {
    saveSchema: (stored) => {
      if (stored.history.changed.length === 0) throw new TransientError('DIED', 'here');
      return sides.state.saveSchema(stored);
    },
  });
  await cycle({ backlog, state });
  expect(sides.person(personId)).toMatchObject({ rejection: null, pending: {} });
  await cycle({ backlog });
  await cycle({ backlog });
  // By then no merge is left that judges by the schema of before.
  expect(sent).toEqual([
    ['retry', 180],
    ['retry', 180],
  ]);
  expect(sides.logged(personId, 'rejected')).toHaveLength(1);
});
