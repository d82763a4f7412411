import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fields } from '../../lib/person/field-value.ts';
import { TwoSides } from './two-sides.ts';

const CUSTOM = [
  { name: 'Flag__c', type: 'checkbox' },
  { name: 'Score__c', type: 'double', precision: 6, scale: 2 },
  { name: 'Whole__c', type: 'int' },
  { name: 'Day__c', type: 'date' },
  { name: 'SeenAt__c', type: 'datetime' },
  { name: 'Level__c', type: 'picklist', values: ['Low', 'High'] },
  { name: 'Interests__c', type: 'multipicklist', values: ['Golf', 'Chess', 'Opera'] },
];

const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const instant = day.map((at) => at.toISOString());

/** Edits as the API takes them, many of which Salesforce keeps in another form and some of which it refuses. */
const edits: fc.Arbitrary<Fields> = fc.record(
  {
    Title: fc.oneof(fc.constantFrom(' CTO ', 'C\r\nO', null, 'T'.repeat(129)), fc.string({ maxLength: 20 })),
    Email: fc.constantFrom('ADA@example.com', ' bob@example.com', 'nobody@nowhere', null),
    LeadSource: fc.constantFrom('web', 'Web', 'A fair', null),
    Flag__c: fc.constantFrom(true, false, null),
    Score__c: fc.oneof(
      fc.constantFrom(1.005, -1.005, 9999.99, 9999.995, 0, null),
      fc.double({ noNaN: true, min: -2e4, max: 2e4 }),
    ),
    Whole__c: fc.oneof(fc.integer(), fc.constantFrom(1.5, null)),
    Day__c: fc.oneof(
      instant.map((at) => at.slice(0, 10)),
      fc.constant(null),
    ),
    SeenAt__c: fc.oneof(
      instant,
      instant.map((at) => at.replace('Z', '+0130')),
      fc.constant(null),
    ),
    Level__c: fc.constantFrom('low', 'High', 'Medium', null),
    Interests__c: fc.constantFrom('Opera;Golf', 'golf; golf', 'Chess;', ';', 'Tennis', null),
  },
  { requiredKeys: [], noNullPrototype: true },
);

test('whatever is edited, once it is in Salesforce or refused nothing more is written on either side', async () => {
  const runs = { taken: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 3 }), async (rounds) => {
      const sides = new TwoSides();
      for (const field of CUSTOM) sides.control('fields', { object: 'Lead', ...field });
      const { personId } = await sides.linkedPerson({ Email: 'ada@example.com' });
      for (const round of rounds) {
        await sides.edit(
          personId,
          Object.fromEntries(Object.entries(round).map(([name, value]) => [name, value === '' ? null : value])),
        );
        await sides.cycle();
      }
      await sides.cycle();
      const { version, rejection } = sides.person(personId);
      runs[rejection === null ? 'taken' : 'refused'] += 1;
      const { recordsUpdated } = sides.org.state.stats;
      for (const _ of [1, 2])
        expect((await sides.cycle()).push).toMatchObject({ pushed: 0, rejected: 0, postponed: 0 });
      expect(sides.person(personId).version).toBe(version);
      expect(sides.org.state.stats.recordsUpdated).toBe(recordsUpdated);
    }),
    { numRuns: 60 },
  );
  expect(Math.min(runs.taken, runs.refused)).toBeGreaterThan(0);
});
