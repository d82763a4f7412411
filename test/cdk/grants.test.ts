import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FunctionName } from '../../lib/lambda/environment.ts';
import { actionsOf, functionNamed, functionNames, resourcesOf, statementsOf, synthesised } from './synthesised.ts';

const { stateless } = synthesised();

/** The commands of the DynamoDB adapter, as the permissions that they need. */
const ITEM_ACTIONS = ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'];

const on = (resource: string, service: string, ...actions: string[]) =>
  actions.map((action) => `${service}:${action} ${resource}`);

/** What every function does: its log, the items of the table, and the two indexes by name. */
const common = (name: string) => [
  ...on(`log of ${name}`, 'logs', 'CreateLogStream', 'PutLogEvents'),
  ...on('table', 'dynamodb', ...ITEM_ACTIONS),
  ...on('index byEmail', 'dynamodb', 'Query'),
  ...on('index byQueue', 'dynamodb', 'Query'),
];

const secret = on('secret', 'secretsmanager', 'GetSecretValue');
const send = (...queues: string[]) => queues.flatMap((queue) => on(queue, 'sqs', 'SendMessage'));
const measure = (...queues: string[]) => queues.flatMap((queue) => on(queue, 'sqs', 'GetQueueAttributes'));
const CONSUME = ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'];
const remove = on('table', 'dynamodb', 'DeleteItem');
const scan = on('table', 'dynamodb', 'Scan');

/** Every action of each function, with the resource that it is for. */
const allowed: Readonly<Record<FunctionName, readonly string[]>> = {
  // Lambda sends a failed poll to its destination as the function.
  poll: [...scan, ...secret, ...send('fresh', 'backlog', 'missed polls'), ...measure('fresh', 'backlog')],
  merge: [
    ...remove,
    ...secret,
    ...send('fresh', 'backlog'),
    ...on('fresh', 'sqs', ...CONSUME),
    ...on('backlog', 'sqs', ...CONSUME),
  ],
  'sync-person': [...remove, ...secret, ...send('fresh')],
  persons: [...remove, ...scan],
  operate: [...send('fresh', 'backlog'), ...measure('fresh', 'backlog', 'dead letters', 'missed polls')],
};

/** How the template names a resource, and how this test does. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/\/index\/byEmail/, 'index byEmail'],
  [/\/index\/byQueue/, 'index byQueue'],
  [/PersonsTable/, 'table'],
  [/ChangesBacklog/, 'backlog'],
  [/ChangesQueue/, 'fresh'],
  [/DeadLetters/, 'dead letters'],
  [/MissedPolls/, 'missed polls'],
  [/:secret:/, 'secret'],
];

function nameOf(resource: unknown, name: FunctionName): string {
  const text = JSON.stringify(resource);
  const { LogGroup } = functionNamed(stateless, name).Properties.LoggingConfig as {
    readonly LogGroup: { Ref: string };
  };
  if (text.includes(`"${LogGroup.Ref}"`)) return `log of ${name}`;
  return NAMES.find(([pattern]) => pattern.test(text))?.[1] ?? text;
}

describe.each(functionNames)('%s', (name) => {
  const statements = statementsOf(stateless, name);

  it('may do what it does and nothing else', () => {
    const granted = statements.flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((each) => `${String(action)} ${nameOf(each, name)}`)),
    );
    expect([...new Set(granted)].toSorted()).toEqual([...common(name), ...allowed[name]].toSorted());
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
  const granted = [...ITEM_ACTIONS, 'DeleteItem', 'Scan'].map((action) => `dynamodb:${action}`);
  expect(new Set(actions)).toEqual(new Set(granted));
});

it('grants exactly the calls that the SQS adapter makes, and those by which Lambda takes messages', () => {
  const source = readFileSync(new URL('../../lib/sqs/sqs-change-queue.ts', import.meta.url), 'utf8');
  const made = [...source.matchAll(/new (\w+?)(?:Batch)?Command\(/g)].map(([, name = '']) => name);
  const granted = functionNames.flatMap((name) => allowed[name]).flatMap((each) => /^sqs:(\w+)/.exec(each)?.[1] ?? []);
  expect(new Set([...made, 'ReceiveMessage', 'DeleteMessage'])).toEqual(new Set(granted));
});

it.each(functionNames)('%s is granted a service where its own file composes it, and nowhere else', (name) => {
  const source = readFileSync(new URL(`../../functions/${name}.ts`, import.meta.url), 'utf8');
  const has = (part: string) => allowed[name].some((each) => each.includes(part));
  expect(has('secretsmanager:')).toBe(source.includes('composeSalesforce('));
  expect(has('sqs:SendMessage')).toBe(/compose(?:Lanes|Queue|Fresh)\w*\(/.test(source));
  expect(has('dead letters')).toBe(source.includes('composeSideQueues('));
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
