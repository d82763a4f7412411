import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../lib/lambda/settings.ts';
import type { ChangesQueue } from './changes-queue.ts';
import { hostedConsole } from './hosted-console.ts';
import { Monitoring } from './monitoring.ts';
import { PersonApi } from './person-api.ts';
import type { PersonsTable } from './persons-table.ts';
import { missedPollsQueue, PollSchedule } from './poll-schedule.ts';
import { grantSalesforceSecret } from './salesforce-secret.ts';
import { stageNames } from './stage-names.ts';
import { syncFunctions } from './sync-functions.ts';

export interface StatelessStackProps {
  readonly settings: Settings;
  readonly table: PersonsTable;
  readonly changes: ChangesQueue;
  /** The folder of the console's built page, if hosted. */
  readonly consoleFolder?: string;
}

/** Replaceable resources: functions, schedule, API, alarms. */
export class StatelessStack extends Stack {
  constructor(scope: Construct, id: string, { settings, table, changes, consoleFolder }: StatelessStackProps) {
    super(scope, id, { description: 'Lockstep: functions, schedule, API and alarms' });
    const names = stageNames(settings);
    const { namespace } = names;
    const missedPolls = missedPollsQueue(this);
    const environment = {
      TABLE_NAME: table.tableName,
      CHANGES_QUEUE_URL: changes.fresh.queueUrl,
      BACKLOG_QUEUE_URL: changes.backlog.queueUrl,
      DEAD_LETTER_QUEUE_URL: changes.deadLetters.queueUrl,
      MISSED_POLLS_QUEUE_URL: missedPolls.queueUrl,
      LOCKSTEP_SETTINGS: JSON.stringify(settings),
    };

    const functions = syncFunctions(this, { environment, namespace });
    const { poll, merge, 'sync-person': syncPerson, persons, operate } = functions;
    for (const consumer of Object.values(functions)) table.grantItems(consumer);
    for (const reader of [poll, persons]) table.grantScan(reader);
    for (const eraser of [merge, persons, syncPerson]) table.grantDelete(eraser);
    grantSalesforceSecret(this, settings, [poll, merge, syncPerson]);
    for (const sender of [poll, merge, syncPerson, operate]) changes.fresh.grant(sender, 'sqs:SendMessage');
    for (const sender of [poll, merge, operate]) changes.backlog.grant(sender, 'sqs:SendMessage');
    for (const queue of [changes.fresh, changes.backlog, changes.deadLetters, missedPolls]) {
      queue.grant(operate, 'sqs:GetQueueAttributes');
    }
    for (const lane of [changes.fresh, changes.backlog]) lane.grant(poll, 'sqs:GetQueueAttributes');
    changes.deliverTo(merge, settings.maxConcurrency);
    new PollSchedule(this, 'Schedule', { target: poll, missedPolls, enabled: settings.scheduleEnabled });
    const api = new PersonApi(this, 'Api', { name: names.api, auth: settings.auth, functions });
    const monitoring = new Monitoring(this, 'Monitoring', {
      settings,
      namespace,
      name: names.dashboard,
      functions,
      fresh: changes.fresh,
      backlog: changes.backlog,
      deadLetters: changes.deadLetters,
      missedPolls,
    });

    const page = hostedConsole(this, { settings, folder: consoleFolder, apiUrl: api.url, place: names.api });
    if (page !== undefined) new CfnOutput(this, 'ConsoleUrl', { value: page.url });
    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'ChangesQueueUrl', { value: changes.fresh.queueUrl });
    new CfnOutput(this, 'BacklogQueueUrl', { value: changes.backlog.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: changes.deadLetters.queueUrl });
    new CfnOutput(this, 'MissedPollsQueueUrl', { value: missedPolls.queueUrl });
    new CfnOutput(this, 'AlarmTopicArn', { value: monitoring.topicArn });
  }
}
