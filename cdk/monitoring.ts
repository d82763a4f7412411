import { Validations } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Settings } from '../lib/lambda/settings.ts';
import { Alarms } from './alarms.ts';
import { SyncDashboard } from './sync-dashboard.ts';
import type { Watched } from './watched.ts';

export interface MonitoringProps extends Watched {
  readonly settings: Settings;
  /** The name of the dashboard. */
  readonly name: string;
}

/** The alarms, the alarm topic, and the dashboard. */
export class Monitoring extends Construct {
  readonly topicArn: string;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    const { alarmEmail } = props.settings;
    if (alarmEmail !== undefined) {
      const subscription = topic.addSubscription(new EmailSubscription(alarmEmail));
      Validations.of(subscription).acknowledge({
        id: 'Serverless::Serverless-SNSRedrivePolicy',
        reason: 'AWS delivers emails without a queue for undelivered mails; the alarm state stays.',
      });
    }
    this.topicArn = topic.topicArn;
    const alarms = new Alarms(this, 'Alarm', { ...props, topic });
    new SyncDashboard(this, 'Sync', { ...props, alarms: alarms.all });
  }
}
