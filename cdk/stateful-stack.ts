import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PersonsTable } from './persons-table.ts';

/** What must outlive every deployment; nothing in it depends on the code. */
export class StatefulStack extends Stack {
  readonly table: PersonsTable;

  constructor(scope: Construct, id: string) {
    super(scope, id, { description: 'Lockstep: the persons table', terminationProtection: true });
    this.table = new PersonsTable(this, 'Persons');
    new CfnOutput(this, 'TableName', { value: this.table.tableName });
  }
}
