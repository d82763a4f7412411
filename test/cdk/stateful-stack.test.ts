import { describe, expect, it } from 'vitest';
import { resourcesOf, synthesised } from './synthesised.ts';

const { stateful } = synthesised();

const LOGICAL_IDS = [
  'ChangesBacklog6A68E27E',
  'ChangesDeadLetters18B289EF',
  'ChangesQueueD86756A9',
  'PersonsTable7D9CAE82',
];

describe('the persons table', () => {
  const tables = Object.values(resourcesOf(stateful, 'AWS::DynamoDB::GlobalTable'));
  const [table] = tables;

  it('outlives its stack, replacement and an accidental delete', () => {
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table?.Properties.Replicas).toMatchObject([
      { DeletionProtectionEnabled: true, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    ]);
  });

  it('is on demand and lets items expire', () => {
    expect(table?.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('is keyed by pk and sk, with two keys-only indexes', () => {
    expect(table?.Properties.KeySchema).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
    expect(table?.Properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'byEmail',
        KeySchema: [{ AttributeName: 'email', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'byQueue',
        KeySchema: [
          { AttributeName: 'queue', KeyType: 'HASH' },
          { AttributeName: 'queueSince', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
  });

  it('has its name in the outputs', () => {
    stateful.hasOutput('TableName', {});
  });

  it('is not made where the settings name one that is there', () => {
    const imported = synthesised({ tableName: 'persons-of-before' });
    imported.stateful.resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
    expect(JSON.stringify(imported.stateless.toJSON())).toContain('persons-of-before');
  });
});

/** A resource that changes its logical id is made anew: the table, or the queue, would be left behind with its content. */
it('the logical ids of what is kept stay as they are', () => {
  const kept = { ...resourcesOf(stateful, 'AWS::DynamoDB::GlobalTable'), ...resourcesOf(stateful, 'AWS::SQS::Queue') };
  expect(Object.keys(kept).toSorted()).toEqual(LOGICAL_IDS);
});
