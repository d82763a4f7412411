import { expect, test } from 'vitest';
import { NO_HISTORY } from '../../lib/schema/field-history.ts';
import { policyProblems } from '../../lib/schema/policy-problems.ts';
import { described, policyWith, schemaOf } from './builders.ts';

const gone = { type: 'string', shape: { kind: 'text' }, since: '2026-11-21T10:00:00.000Z' } as const;

function problemsOf(fields: Parameters<typeof policyWith>[0]): string[] {
  const policy = policyWith(fields);
  return policyProblems(
    [
      { schema: schemaOf('Lead', [described('Score__c')], policy), history: { ...NO_HISTORY, gone: { Old__c: gone } } },
      { schema: schemaOf('Contact', [described('MailingCity'), described('Level__c')], policy), history: NO_HISTORY },
    ],
    policy,
  );
}

test('a field that the settings name and no object has is told, with the list that names it', () => {
  expect(problemsOf({ truncate: ['Skore__c'], conflictWinner: { Titel: 'remote' } })).toEqual([
    'fields.conflictWinner names Titel: no such field of Lead and Contact is visible to the sync user',
    'fields.truncate names Skore__c: no such field of Lead and Contact is visible to the sync user',
  ]);
});

test.each([
  ['one that either object has', { pullOnly: ['Score__c'], pushOnly: ['Level__c'] }],
  ['one that is excluded', { exclude: ['Score__c', 'City'] }],
  ['one that went out of sight', { unchecked: ['Old__c'] }],
  ['a standard field that is hidden', { exclude: ['DoNotCall', 'OtherStreet'] }],
])('%s is not', (_, fields) => {
  expect(problemsOf(fields)).toEqual([]);
});
