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
const secretActions = ['secretsmanager:GetSecretValue'];
const consumeActions = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
];
const common = [...itemActions, ...logActions];

/** Everything that each function may do. */
const allowed: Readonly<Record<FunctionName, readonly string[]>> = {
  poll: [...common, 'dynamodb:Scan', ...secretActions, 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
  merge: [...common, 'dynamodb:DeleteItem', ...secretActions, ...consumeActions, 'sqs:SendMessage'],
  'sync-person': [...common, 'dynamodb:DeleteItem', ...secretActions, 'sqs:SendMessage'],
  persons: [...common, 'dynamodb:DeleteItem', 'dynamodb:Scan'],
  operate: [...common, 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
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
  expect(new Set(actions)).toEqual(new Set([...itemActions, 'dynamodb:DeleteItem', 'dynamodb:Scan']));
});

/** Which of the two lanes' queues each function may send to. */
const lanes: Readonly<Record<FunctionName, readonly string[]>> = {
  poll: ['Backlog', 'Queue'],
  merge: ['Backlog', 'Queue'],
  'sync-person': ['Queue'],
  persons: [],
  operate: ['Backlog', 'Queue'],
};

it.each(functionNames)('%s may send to the lanes that it sends to, and to no other queue', (name) => {
  const sends = statementsOf(stateless, name).filter(({ Action }) => [Action].flat().includes('sqs:SendMessage'));
  const targets = [...JSON.stringify(sends.map(({ Resource }) => Resource)).matchAll(/Changes(Queue|Backlog)/g)];
  expect([...new Set(targets.map(([, lane = '']) => lane))].toSorted()).toEqual(lanes[name]);
});

describe('a secret that is named by its ARN, with a key of its own', () => {
  const secret = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:lockstep/salesforce-AbC123';
  const key = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const { stateless: keyed } = synthesised({ salesforceSecretName: secret, salesforceSecretKeyArn: key });

  it.each(['poll', 'merge', 'sync-person'] as const)('is read and decrypted by %s, and no other', (name) => {
    const statements = statementsOf(keyed, name);
    expect(statements.find(({ Action }) => [Action].flat().includes('secretsmanager:GetSecretValue'))?.Resource).toBe(
      secret,
    );
    expect(statements.find(({ Action }) => [Action].flat().includes('kms:Decrypt'))?.Resource).toBe(key);
  });

  it.each(['persons', 'operate'] as const)('is not for %s', (name) => {
    expect(actionsOf(statementsOf(keyed, name))).not.toContain('kms:Decrypt');
  });

  it('may be a partial ARN', () => {
    const { stateless: partial } = synthesised({ salesforceSecretName: secret.slice(0, -7) });
    const read = statementsOf(partial, 'poll').find(({ Action }) =>
      [Action].flat().includes('secretsmanager:GetSecretValue'),
    );
    expect(read?.Resource).toBe(`${secret.slice(0, -7)}-??????`);
  });
});
