import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_DELIVERIES } from '../../lib/lambda/environment.ts';
import { parseChangeMessage } from '../../lib/sync/change-message.ts';
import { ConfigError } from '../../lib/sync/errors.ts';
import type { Delivery } from '../../lib/sync/merge/arrivals.ts';
import { mergeChanges } from '../../lib/sync/merge/merge-changes.ts';
import { TwoSides } from './two-sides.ts';

/** `npm run fuzz` asks for 10,000. */
const RUNS = Number(process.env.LOCKSTEP_FUZZ_RUNS ?? 1000);
const MESSAGES_PER_BATCH = 4;

/** Stands in a value of each bad message: no error may quote a value. */
const CANARY = 'canary-91be';

const sides = new TwoSides();
const known = await sides.linkedPerson({ LastName: 'Hopper', Title: 'Admiral' });
const leadId = known.salesforce?.id ?? '';

const AWKWARD = ['', ' ', '\u0000', '\ud800', '__proto__', "' OR Id != '", CANARY, 'x'.repeat(70_000)];
const anyText = fc.oneof(fc.constantFrom(...AWKWARD), fc.string({ unit: 'binary', maxLength: 30 }));
const anyId = fc.oneof(
  anyText,
  fc.constantFrom(leadId, leadId.slice(0, 15), '00QSIM000000zzzAAA', '003SIM000000zzzAAA', '001SIM000000zzzAAA'),
);
const anyValue = fc.oneof(
  anyText,
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, {}, [], ['a'], -0, 1e308, '2026-13-45', '2026-11-21T10:00:00.000+0000'),
);
const anyColumn = fc.oneof(
  fc.constantFrom('Id', 'SystemModstamp', 'LastName', 'Email', 'Person_Id__c', 'IsDeleted', 'MasterRecordId', 'Title'),
  anyText,
);
const anyCell = fc.oneof(anyValue, anyId);
const columns = fc.oneof(
  fc.constant(['Id', 'SystemModstamp', 'IsDeleted', 'LastName', 'Email', 'Title']),
  fc.array(anyColumn, { maxLength: 8 }),
);
const anyInstant = fc.oneof(
  fc.constantFrom('now', '1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', 'yesterday'),
  anyText,
);
const anyStranger = fc.integer({ min: 0, max: 9999 }).map((n) => `00Q5g00000Z${String(n).padStart(4, '0')}`);
const anyType = fc.constantFrom('Lead', 'Contact', 'Account', '', 7);
const common = { queuedAt: anyInstant, cycle: fc.option(fc.oneof(fc.integer(), anyText), { nil: undefined }) };
const flag = fc.constantFrom(undefined, true, false, 1);

/** A message of rows as a poll writes it, but for what their fields hold. */
const rowsOfStrangers = fc
  .array(fc.tuple(anyStranger, fc.oneof(anyText, fc.double(), fc.boolean(), fc.constant(null)), anyText), {
    maxLength: 3,
  })
  .map((rows) => ({
    kind: 'rows',
    type: 'Lead',
    queuedAt: 'now',
    columns: ['Id', 'SystemModstamp', 'LastName', 'Email'],
    newer: [],
    rows: rows.map(([id, lastName, email]) => [id, '2026-11-21T09:00:00.000+0000', lastName, email]),
  }));

const anyMessage = fc.oneof(
  rowsOfStrangers,
  fc.record({
    kind: fc.constant('rows'),
    type: anyType,
    ...common,
    columns,
    newer: fc.array(fc.oneof(fc.integer(), fc.double()), { maxLength: 3 }),
    partial: flag,
    rows: fc.array(fc.oneof(fc.array(anyCell, { maxLength: 8 }), anyValue), { maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant('refresh'),
    type: anyType,
    ...common,
    known: flag,
    ids: fc.array(fc.oneof(anyId, anyValue), { maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constantFrom('pending', 'persons', 'toString', ''),
    ...common,
    mass: flag,
    personIds: fc.array(fc.oneof(anyId, fc.constant(known.personId)), { maxLength: 5 }),
  }),
);

const anyBody = fc.oneof(
  { weight: 9, arbitrary: anyMessage.map((message) => JSON.stringify(message)) },
  { weight: 1, arbitrary: anyText },
);

/** What the queue delivers: bodies as they are, those of "now" queued at this moment. */
function deliveriesOf(bodies: readonly string[], lastTry: boolean): readonly Delivery[] {
  return bodies.map((body, at) => {
    const message = parseChangeMessage(body.replace('"queuedAt":"now"', `"queuedAt":"${sides.clock.now()}"`));
    return { id: `m${at}`, message, lastTry };
  });
}

test('no message of the queue, however wrong, ends the merge, is dropped unseen, or holds back another', async () => {
  const seen = { batches: 0, failed: 0, merged: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyBody, { minLength: MESSAGES_PER_BATCH, maxLength: MESSAGES_PER_BATCH }),
      fc.integer({ min: 1, max: MAX_DELIVERIES }),
      async (bodies, delivery) => {
        seen.batches += 1;
        sides.clock.advance(1_000);
        const title = `Title ${seen.batches}`;
        sides.update('Lead', leadId, { Title: title });
        const good = JSON.stringify({ kind: 'refresh', type: 'Lead', queuedAt: sides.clock.now(), ids: [leadId] });
        const report = await mergeChanges(
          sides.ports,
          deliveriesOf([...bodies, good], delivery === MAX_DELIVERIES),
          () => 600_000,
        );

        // Beside whatever came with it, the good message has been merged.
        expect(sides.person(known.personId).fields.Title).toBe(title);
        expect(report.retry).not.toContain(`m${MESSAGES_PER_BATCH}`);
        // An error that has to be mended is logged in words: they quote no value.
        expect(report.error instanceof ConfigError ? report.error.message : '').not.toContain(CANARY);
        // What is none of ours comes again, and so reaches the dead-letter queue; the log has a cause for it.
        const unread = deliveriesOf(bodies, false).filter(({ message }) => message === undefined);
        expect(report.retry).toEqual(expect.arrayContaining(unread.map(({ id }) => id)));
        expect(report.error === null).toBe(report.retry.length === 0 && sides.queue.take().length === 0);
        seen.failed += report.retry.length;
        seen.merged += report.rows;
      },
    ),
    { numRuns: Math.ceil(RUNS / MESSAGES_PER_BATCH) },
  );
  expect(seen.batches).toBe(Math.ceil(RUNS / MESSAGES_PER_BATCH));
  expect(seen.failed).toBeGreaterThan(seen.batches / 2);
  expect(seen.merged).toBeGreaterThan(seen.batches);
});
