import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** Keys-only indexes: the person itself is always read by its own key, consistently. */
const indexes = [
  { indexName: 'byEmail', partitionKey: text('email') },
  { indexName: 'byQueue', partitionKey: text('queue'), sortKey: text('queueSince') },
];

/** The calls that lib/dynamodb makes; the design needs no transaction and no delete. */
const itemActions = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'];

/** Persons, their links and activities, and the state of the sync: one table, kept whatever happens to its stack. */
export class PersonsTable extends Construct {
  readonly tableName: string;
  readonly #tableArn: string;

  /** `existing` names a table that is there already, kept by another stack or moved from another account. */
  constructor(scope: Construct, id: string, { existing }: { readonly existing?: string | undefined } = {}) {
    super(scope, id);
    const table = existing === undefined ? this.#newTable() : TableV2.fromTableName(this, 'Table', existing);
    this.tableName = table.tableName;
    this.#tableArn = table.tableArn;
  }

  #newTable(): TableV2 {
    return new TableV2(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      globalSecondaryIndexes: indexes.map((index) => ({ ...index, projectionType: ProjectionType.KEYS_ONLY })),
    });
  }

  /** Reading the whole table, as a reconciliation and the list of all persons do. */
  grantScan(grantee: IGrantable): void {
    const statement = new PolicyStatement({ actions: ['dynamodb:Scan'], resources: [this.#tableArn] });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  }

  /** Removing items, as an erasure does with a person's activities and claims. */
  grantDelete(grantee: IGrantable): void {
    const statement = new PolicyStatement({ actions: ['dynamodb:DeleteItem'], resources: [this.#tableArn] });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  }

  /** Reading and writing items, and querying the indexes by name: a wildcard would reach the ones added later. */
  grantItems(grantee: IGrantable): void {
    const principal = grantee.grantPrincipal;
    principal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: itemActions.map((action) => `dynamodb:${action}`),
        resources: [this.#tableArn],
      }),
    );
    principal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: indexes.map(({ indexName }) => `${this.#tableArn}/index/${indexName}`),
      }),
    );
  }
}
