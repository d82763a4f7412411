import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** Keys-only indexes: persons are always read by key, consistently. */
const indexes = [
  { indexName: 'byEmail', partitionKey: text('email') },
  { indexName: 'byQueue', partitionKey: text('queue'), sortKey: text('queueSince') },
];

/** The calls of lib/dynamodb needed by every function. */
const itemActions = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'];

/** Persons, links, activities and the state of the sync: one table, retained when the stack is deleted. */
export class PersonsTable extends Construct {
  readonly tableName: string;
  readonly #tableArn: string;

  /** `existing`: an existing table, retained from a different stack or moved from a different account. */
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

  /** Allows reading the whole table, for reconciliations and the list of all persons. */
  grantScan(grantee: IGrantable): void {
    const statement = new PolicyStatement({ actions: ['dynamodb:Scan'], resources: [this.#tableArn] });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  }

  /** Allows removing items, for erasures of activities and claims. */
  grantDelete(grantee: IGrantable): void {
    const statement = new PolicyStatement({ actions: ['dynamodb:DeleteItem'], resources: [this.#tableArn] });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  }

  /**
   * Allows reading and writing items, and querying the indexes by name: a wildcard would include indexes added later.
   */
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
