// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's placeholders
import { describe, expect, test } from 'vitest';
import { type Assembly, loadAssembly, type Resource } from '../sandbox/runtime/assembly.ts';
import { createDeployment } from '../sandbox/runtime/deployment.ts';
import { functionDefinitions } from '../sandbox/runtime/function-definition.ts';
import { assemblyDirectory, fixtureAssembly } from './fixtures/start-fixture.ts';

function oneStack(Resources: Record<string, Resource>, more: object = {}): Assembly {
  return { directory: '', stacks: [{ name: 'Only', template: { Resources, ...more } }], assets: new Map() };
}

/** Resolves a value as a property of a resource beside the given ones. */
function resolved(Value: unknown, others: Record<string, Resource> = {}, more: object = {}): unknown {
  const assembly = oneStack({ Holder: { Type: 'Test::Holder', Properties: { Value } }, ...others }, more);
  const deployment = createDeployment(assembly, 'eu-west-1');
  const [holder] = deployment.resources('Test::Holder');
  if (holder === undefined) throw new Error('no holder');
  return deployment.properties(holder).Value;
}

const table: Record<string, Resource> = { Table: { Type: 'AWS::DynamoDB::Table' } };

describe('an assembly', () => {
  test('has the stacks of its manifest and the folders of its assets', () => {
    const assembly = loadAssembly(assemblyDirectory);
    expect(assembly.stacks.map(({ name }) => name)).toEqual(['FixtureData', 'FixtureSync']);
    expect([...assembly.assets.keys()]).toEqual(['functions.zip', 'broken.zip']);
  });

  test('that is not there is a clear error', () => {
    expect(() => loadAssembly('/nowhere/cdk.out')).toThrow('/nowhere/cdk.out is no cloud assembly');
  });

  test('gives Node.js functions only, without those whose condition is false', () => {
    const assembly = fixtureAssembly();
    const deployment = createDeployment(assembly, 'us-east-1');
    for (const resource of deployment.resources('AWS::SQS::Queue')) {
      deployment.addQueue({ resource, url: `http://queues/${resource.name}`, arn: resource.arn });
    }
    const names = functionDefinitions(assembly, deployment, {}).map(({ logicalId }) => logicalId);
    expect(names).toEqual(['Echo', 'Slow', 'Single', 'Broken', 'NoHandler', 'Batch', 'Whole', 'Tick', 'Sulk']);
  });
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
describe('intrinsic functions', () => {
  test.each([
    ['Ref to a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['Ref to a resource', { Ref: 'Table' }, 'Only-Table'],
    ['Fn::GetAtt', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:eu-west-1:000000000000:table/Only-Table'],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:aws:dynamodb:eu-west-1:000000000000:table/Only-Table'],
    ['Fn::Join', { 'Fn::Join': ['/', ['a', { Ref: 'Table' }]] }, 'a/Only-Table'],
    ['Fn::Split and Fn::Select', { 'Fn::Select': ['1', { 'Fn::Split': ['-', { Ref: 'Table' }] }] }, 'Table'],
    [
      'Fn::Sub',
      { 'Fn::Sub': '${AWS::StackName}/${Table.Arn}/${!Literal}' },
      'Only/arn:aws:dynamodb:eu-west-1:000000000000:table/Only-Table/${Literal}',
    ],
    ['Fn::Sub with values', { 'Fn::Sub': ['${A}-${Table}', { A: { Ref: 'AWS::Partition' } }] }, 'aws-Only-Table'],
    ['Fn::Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    [
      'a value without functions',
      { Statement: [{ Condition: { Bool: { a: 'true' } } }] },
      { Statement: [{ Condition: { Bool: { a: 'true' } } }] },
    ],
    ['AWS::NoValue', { a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
  ])('%s', (_, value, expected) => {
    expect(resolved(value, table)).toEqual(expected);
  });

  test('Fn::If, Fn::And, Fn::Or, Fn::Not and Fn::FindInMap', () => {
    const more = {
      Conditions: {
        Here: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
        There: { 'Fn::Not': [{ Condition: 'Here' }] },
        Both: { 'Fn::And': [{ Condition: 'Here' }, { Condition: 'There' }] },
        Either: { 'Fn::Or': [{ Condition: 'Here' }, { Condition: 'There' }] },
      },
      Mappings: { Sizes: { 'eu-west-1': { memory: 512 } } },
    };
    const value = {
      both: { 'Fn::If': ['Both', 1, 2] },
      either: { 'Fn::If': ['Either', 1, 2] },
      mapped: { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'memory'] },
    };
    expect(resolved(value, {}, more)).toEqual({ both: 2, either: 1, mapped: 512 });
  });

  test('a parameter is its default', () => {
    expect(resolved({ Ref: 'Given' }, {}, { Parameters: { Given: { Type: 'String', Default: 'x' } } })).toBe('x');
  });

  test('a given name is the physical name; without one it stays the same at every start', () => {
    const named: Record<string, Resource> = {
      Table: { Type: 'AWS::DynamoDB::GlobalTable', Properties: { TableName: { 'Fn::Sub': 'people-${AWS::Region}' } } },
    };
    expect(resolved({ Ref: 'Table' }, named)).toBe('people-eu-west-1');
  });

  test('another stack is reached by its exports and by its outputs', () => {
    const data = { Resources: table, Outputs: { Name: { Value: { Ref: 'Table' }, Export: { Name: 'shared' } } } };
    const Properties = {
      imported: { 'Fn::ImportValue': 'shared' },
      output: { 'Fn::GetStackOutput': { StackName: 'Data', OutputName: 'Name' } },
    };
    const deployment = createDeployment(
      {
        directory: '',
        assets: new Map(),
        stacks: [
          { name: 'Data', template: data },
          { name: 'Sync', template: { Resources: { Holder: { Type: 'Test::Holder', Properties } } } },
        ],
      },
      'us-east-1',
    );
    const [holder] = deployment.resources('Test::Holder');
    expect(holder && deployment.properties(holder)).toEqual({ imported: 'Data-Table', output: 'Data-Table' });
  });

  test.each([
    [{ 'Fn::Transform': {} }, 'Only/Holder (Test::Holder): Fn::Transform is not supported here'],
    [{ Ref: 'Nobody' }, 'nothing is called Nobody'],
    [{ 'Fn::ImportValue': 'nobody' }, 'no stack of the assembly exports nobody'],
    [{ 'Fn::GetAtt': ['Table', 'Colour'] }, 'the attribute Colour of Table (AWS::DynamoDB::Table) is not known here'],
    [{ 'Fn::Select': [3, ['a']] }, 'Fn::Select: there is no item 3'],
    [{ 'Fn::Join': ['', [{ a: 1 }]] }, 'Fn::Join must be text'],
    [{ 'Fn::If': ['Unknown', 1, 2] }, 'there is no condition Unknown'],
    [{ 'Fn::FindInMap': ['A', 'b', 'c'] }, 'the mapping A has no b.c'],
  ])('%j cannot be resolved, and the error tells where', (value, message) => {
    expect(() => resolved(value, table)).toThrow(message);
  });
});
