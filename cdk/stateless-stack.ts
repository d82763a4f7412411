import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Settings } from '../lib/lambda/settings.ts';
import { ChangesQueue } from './changes-queue.ts';
import { PersonApi } from './person-api.ts';
import type { PersonsTable } from './persons-table.ts';
import { PollSchedule } from './poll-schedule.ts';
import { SyncFunction } from './sync-function.ts';

export interface StatelessStackProps {
  readonly settings: Settings;
  readonly table: PersonsTable;
}

/** Everything that can be thrown away and deployed again: functions, queues, schedule and API. */
export class StatelessStack extends Stack {
  constructor(scope: Construct, id: string, { settings, table }: StatelessStackProps) {
    super(scope, id, { description: 'Lockstep: functions, queues, schedule and API' });
    const mergeTimeout = Duration.minutes(2);
    const changes = new ChangesQueue(this, 'Changes', { consumerTimeout: mergeTimeout });
    const secret = Secret.fromSecretNameV2(this, 'Salesforce', settings.salesforceSecretName);
    const environment = {
      TABLE_NAME: table.tableName,
      CHANGES_QUEUE_URL: changes.queueUrl,
      LOCKSTEP_SETTINGS: JSON.stringify(settings),
    };

    // No reserved concurrency: the cycle's lease already makes a second poll harmless, and a reservation fails the
    // deployment of an account whose limit is small (100 must stay unreserved).
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    const poll = new SyncFunction(this, 'Poll', {
      name: 'poll',
      description: 'Reads what changed in Salesforce, and which persons have edits, into the changes queue',
      timeout: Duration.minutes(14),
      memorySize: 1024,
      environment,
    });
    const merge = new SyncFunction(this, 'Merge', {
      name: 'merge',
      description: 'Merges changes into the persons and pushes what is pending',
      timeout: mergeTimeout,
      memorySize: 1024,
      environment,
    });
    const syncPerson = new SyncFunction(this, 'SyncPerson', {
      name: 'sync-person',
      description: 'Syncs one person now',
      // API Gateway gives up on an HTTP API's integration after 30 s.
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
      timeout: Duration.seconds(29),
      memorySize: 1024,
      environment,
    });
    const persons = new SyncFunction(this, 'Persons', {
      name: 'persons',
      description: 'Creates, reads and edits persons; tells how the sync is doing',
      timeout: Duration.seconds(10),
      memorySize: 512,
      environment,
    });

    for (const consumer of [poll, merge, syncPerson, persons]) table.grantItems(consumer);
    table.grantScan(poll);
    for (const caller of [poll, merge, syncPerson]) secret.grantRead(caller);
    for (const sender of [poll, merge, syncPerson]) changes.grantSend(sender);
    changes.grantCount(persons);
    changes.deliverTo(merge);
    new PollSchedule(this, 'Schedule', { target: poll, enabled: settings.scheduleEnabled });
    const api = new PersonApi(this, 'Api', { auth: settings.auth, persons, syncPerson });

    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'ChangesQueueUrl', { value: changes.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: changes.deadLetterQueueUrl });
  }
}
