import { expect, test } from 'vitest';
import { publish } from '../../lib/lambda/metrics.ts';
import { logError } from '../../lib/lambda/observability.ts';
import { callError } from '../../lib/salesforce/error-map.ts';
import { TransientError } from '../../lib/sync/errors.ts';
import { TwoSides } from '../sync/two-sides.ts';
import { outputOf } from './captured-output.ts';

const CANARY = 'tweety';

/** A person whose every value would be known again. */
const FIELDS = {
  Email: `${CANARY}@example.com`,
  LastName: `${CANARY}-name`,
  Company: `${CANARY}-company`,
  Phone: `+49 ${CANARY}`,
  Description: `${CANARY}-notes`,
};

/** Whatever a use case tells its function goes to the log, as the functions do it. */
async function tellAll(sides: TwoSides): Promise<void> {
  const polled = await sides.poll();
  if (polled.kind === 'cycle') logError('cycle', polled.error ?? new Error('none'), { report: polled.report });
  const merged = await sides.merge();
  logError('rows', merged.error ?? new Error('none'), { deliveries: merged.retry.length });
  logError('pushes', merged.push.error ?? new Error('none'), { postponed: merged.push.postponed });
  publish({ EchoWrites: merged.echoWrites, PersonsPushed: merged.push.pushed, PersonsRejected: merged.push.rejected });
}

/** The org in each kind of trouble, every error quoting what it was given. */
const TROUBLES: readonly [string, (sides: TwoSides) => void][] = [
  ['none', () => undefined],
  ['an answer that is lost', (sides) => lose(sides, new TransientError('TIMEOUT', CANARY, { mayHaveCommitted: true }))],
  ['a broken program', (sides) => lose(sides, new Error(CANARY, { cause: CANARY }))],
  ['an unknown refusal', (sides) => lose(sides, refusal('CANNOT_BE_KNOWN', `value ${CANARY}`))],
  ['a refused query', (sides) => lose(sides, refusal('MALFORMED_QUERY', `Email = '${CANARY}'\n^\nunexpected token`))],
  [
    'no product field',
    (sides) => lose(sides, refusal('INVALID_FIELD', `'${CANARY}'\n^\nNo such column 'Person_Id__c'`)),
  ],
  ['a validation rule', (sides) => void sides.control('validation-rules', RULE)],
];

const RULE = { object: 'Lead', name: 'Never', errorWhen: "LastName != ''", message: `not ${CANARY}`, field: 'Title' };

function lose(sides: TwoSides, error: Error): void {
  sides.client.hooks.after = () => {
    throw error;
  };
}

function refusal(code: string, message: string): Error {
  return callError(400, [{ code, message, fields: [] }], true);
}

test.each(TROUBLES)('no value of a person is ever in the log: %s', async (_, trouble) => {
  const sides = new TwoSides();
  const person = await sides.linkedPerson(FIELDS);
  await sides.edit(person.personId, { Title: `${CANARY}-title` });
  trouble(sides);
  const output = await outputOf(async () => {
    await tellAll(sides);
    await sides.sync(person.personId).catch((error: unknown) => logError('sync', error));
  });
  expect(output.length).toBeGreaterThan(3);
  expect(JSON.stringify(output)).not.toContain(CANARY);
});

test('what a missing field means is told in words all the same', () => {
  const error = refusal('INVALID_FIELD', `Email = '${CANARY}'\n^\nNo such column 'Person_Id__c'`);
  expect(error.message).toBe("Salesforce refused the request: INVALID_FIELD: No such column 'Person_Id__c'");
});
