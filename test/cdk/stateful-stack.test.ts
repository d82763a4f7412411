import { describe, expect, it } from 'vitest';
import { resourcesOf, synthesised } from './synthesised.ts';

const { stateful } = synthesised();

describe('the persons table', () => {
  const tables = Object.values(resourcesOf(stateful, 'AWS::DynamoDB::GlobalTable'));
  const [table] = tables;

  it('is the only thing that the stateful stack holds', () => {
    expect(tables).toHaveLength(1);
    expect(Object.keys(stateful.toJSON().Resources as object)).toHaveLength(1);
  });

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
});
