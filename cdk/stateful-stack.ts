import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../lib/lambda/settings.ts';
import { ChangesQueue } from './changes-queue.ts';
import { PersonsTable } from './persons-table.ts';
import { MERGE_TIMEOUT } from './sync-functions.ts';

/**
 * Resources surviving every deployment: the persons, and the queued changes. The checkpoint is already beyond the
 * queued changes, so deleting the queue would lose changes.
 */
export class StatefulStack extends Stack {
  readonly table: PersonsTable;
  readonly changes: ChangesQueue;

  constructor(scope: Construct, id: string, { tableName }: Pick<Settings, 'tableName'>) {
    super(scope, id, { description: 'Lockstep: the persons table and the changes queue', terminationProtection: true });
    this.table = new PersonsTable(this, 'Persons', { existing: tableName });
    this.changes = new ChangesQueue(this, 'Changes', { consumerTimeout: MERGE_TIMEOUT });
    new CfnOutput(this, 'TableName', { value: this.table.tableName });
  }
}
