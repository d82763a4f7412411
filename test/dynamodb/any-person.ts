import fc from 'fast-check';
import { appendActivities, CHUNK_SIZE, type Happening } from '../../lib/person/activity.ts';
import type { Person } from '../../lib/person/person.ts';

export const anyName = fc.stringMatching(/^[A-Z][A-Za-z0-9_]{0,30}$/);
const instant = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const whole = fc.string({ unit: 'grapheme', maxLength: 40 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0);
export const anyValue = fc.oneof(whole, number, fc.integer(), fc.boolean(), fc.constant(null));
const fields = fc.dictionary(anyName, anyValue, { maxKeys: 12, noNullPrototype: true });
const id = fc.stringMatching(/^[A-Za-z0-9-]{1,36}$/);

const owner = fc.record({ name: fc.option(whole), email: fc.option(whole) });
const salesforce = fc.record(
  {
    type: fc.constantFrom('Lead' as const, 'Contact' as const),
    id,
    systemModstamp: instant,
    isDeleted: fc.boolean(),
    isConverted: fc.boolean(),
    successor: fc.record({
      type: fc.constantFrom('Lead' as const, 'Contact' as const),
      id: fc.constantFrom('003000000000001AAA', '003000000000002AAA'),
    }),
    ownerId: fc.option(id),
    owner,
  },
  { requiredKeys: ['type', 'id', 'systemModstamp', 'isDeleted', 'isConverted', 'ownerId'] },
);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    type: fc.constant('fieldsChanged' as const),
    direction: fc.constantFrom('pull' as const, 'push' as const, null),
    detail: fc.record({
      changes: fc.array(fc.record({ field: anyName, from: anyValue, to: anyValue }), { maxLength: 4 }),
    }),
  }),
  fc.record({
    type: fc.constant('rejected' as const),
    direction: fc.constant('push' as const),
    detail: fc.record({ code: anyName, message: whole, fields: fc.array(anyName, { maxLength: 3 }), values: fields }),
  }),
  fc.record({
    type: fc.constant('merged' as const),
    direction: fc.constant('pull' as const),
    detail: fc.record({ into: id }),
  }),
);

/** A log as it can stand in a person: some chunks have left it already. */
const log = fc
  .record({ moved: fc.nat({ max: 5 }), happenings: fc.array(happening, { maxLength: 2 * CHUNK_SIZE }), at: instant })
  .map(({ moved, happenings, at }) => appendActivities({ next: moved * CHUNK_SIZE, recent: [] }, happenings, at));

/** Any person that the types allow, whether or not it makes sense. */
export const anyPerson: fc.Arbitrary<Person> = fc.record({
  personId: id,
  version: fc.integer({ min: 1, max: 1_000_000 }),
  revision: fc.integer({ min: 1, max: 1_000_000 }),
  rowOf: fc.option(id),
  goneAt: fc.option(instant),
  left: fc.dictionary(fc.constantFrom('00Q1', '00Q2', '0031'), instant, { noNullPrototype: true }),
  gives: fc.boolean(),
  newborn: fc.boolean(),
  erased: fc.boolean(),
  claims: fc.array(anyName, { maxLength: 3 }),
  fields,
  pending: fields,
  placeless: fc.array(anyName, { maxLength: 3 }),
  salesforce: fc.option(salesforce),
  rejection: fc.option(
    fc.record(
      { code: anyName, message: whole, fields: fc.array(anyName, { maxLength: 3 }), at: instant, retryAt: instant },
      { requiredKeys: ['code', 'message', 'fields', 'at'] },
    ),
  ),
  tried: fc.option(fc.record({ code: anyName, since: instant, at: instant, times: fc.nat() })),
  lease: fc.option(fc.record({ owner: id, expiresAt: instant, attempt: fields })),
  log,
  mergedInto: fc.option(id),
  absorbed: fc.array(id, { maxLength: 3 }),
  deletedHere: fc.option(fc.record({ at: instant, salesforce: fc.constantFrom('keep' as const, 'delete' as const) })),
  pendingSince: fc.option(instant),
  lastSyncedAt: fc.option(instant),
  createdAt: instant,
  updatedAt: instant,
});
