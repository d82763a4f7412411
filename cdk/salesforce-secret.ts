import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Settings } from '../lib/lambda/settings.ts';

/** The six characters that Secrets Manager ends an ARN with; without them the ARN is a partial one. */
const COMPLETE_ARN = /^arn:.*-[A-Za-z0-9]{6}$/;

/** Lets functions read the secret of the settings, by its name or ARN, and use the key that encrypts it. */
export function grantSalesforceSecret(
  scope: Construct,
  settings: Pick<Settings, 'salesforceSecretName' | 'salesforceSecretKeyArn'>,
  readers: readonly IGrantable[],
): void {
  const { salesforceSecretKeyArn: keyArn } = settings;
  const secret = secretOf(scope, settings.salesforceSecretName);
  const key = keyArn === undefined ? undefined : Key.fromKeyArn(scope, 'SalesforceKey', keyArn);
  for (const reader of readers) {
    grantValue(secret, reader);
    key?.grantDecrypt(reader);
  }
}

function secretOf(scope: Construct, nameOrArn: string): ISecret {
  if (COMPLETE_ARN.test(nameOrArn)) return Secret.fromSecretCompleteArn(scope, 'Salesforce', nameOrArn);
  if (nameOrArn.startsWith('arn:')) return Secret.fromSecretPartialArn(scope, 'Salesforce', nameOrArn);
  return Secret.fromSecretNameV2(scope, 'Salesforce', nameOrArn);
}

/** Only the value: `grantRead` also lets its caller describe the secret, which no function does. */
function grantValue(secret: ISecret, reader: IGrantable): void {
  // An ARN without its six random characters is known to IAM by a pattern for them.
  const arn = secret.secretFullArn ?? `${secret.secretArn}-??????`;
  reader.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [arn] }),
  );
}
