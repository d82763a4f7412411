import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FunctionName } from '../../lib/lambda/environment.ts';
import { actionsOf, functionNames, resourcesOf, statementsOf, synthesised } from './synthesised.ts';

const { stateless } = synthesised();

/** The commands that the adapter makes, as the permissions that they need. */
const itemActions = [
  'dynamodb:BatchGetItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];
const logActions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const secretActions = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
const consumeActions = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];
const common = [...itemActions, ...logActions];

/** Everything that each function may do; the poll's queue attributes are those of the queue for missed polls. */
const allowed: Readonly<Record<FunctionName, readonly string[]>> = {
  poll: [...common, 'dynamodb:Scan', ...secretActions, 'sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
  merge: [...common, ...secretActions, ...consumeActions, 'sqs:SendMessage'],
  'sync-person': [...common, ...secretActions, 'sqs:SendMessage'],
  persons: [...common, 'dynamodb:Scan'],
  operate: [...common, 'sqs:GetQueueAttributes'],
};

describe.each(functionNames)('%s', (name) => {
  const statements = statementsOf(stateless, name);

  it('may do what it does and nothing else', () => {
    expect([...new Set(actionsOf(statements))].toSorted()).toEqual(allowed[name].toSorted());
  });

  it('is granted nothing by wildcard, neither actions nor resources', () => {
    expect(JSON.stringify(statements)).not.toContain('*');
  });
});

it('gives no role a managed policy', () => {
  const roles = Object.values(resourcesOf(stateless, 'AWS::IAM::Role'));
  expect(roles.filter(({ Properties }) => Properties.ManagedPolicyArns !== undefined)).toEqual([]);
});

it('lets the functions read the Salesforce secret by the name that is set', () => {
  const named = synthesised({ salesforceSecretName: 'crm/credentials' }).stateless;
  const [statement] = statementsOf(named, 'sync-person').filter(({ Action }) =>
    Action.includes('secretsmanager:GetSecretValue'),
  );
  expect(JSON.stringify(statement?.Resource)).toContain(':secret:crm/credentials-??????');
});

it('grants exactly the calls that the DynamoDB adapter makes', () => {
  const folder = new URL('../../lib/dynamodb/', import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const commands = sources.flatMap((text) => [...text.matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => name));
  const actions = commands.map((name) => `dynamodb:${name}${name === 'Query' || name === 'Scan' ? '' : 'Item'}`);
  expect(new Set(actions)).toEqual(new Set([...itemActions, 'dynamodb:Scan']));
});
