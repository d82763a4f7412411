import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Settings } from '../lib/lambda/settings.ts';

/** A complete ARN ends in six random characters added by Secrets Manager. */
const COMPLETE_ARN = /^arn:.*-[A-Za-z0-9]{6}$/;

/** Allows functions to read the configured secret (name or ARN), and to use the secret's encryption key. */
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

/** Only the value: `grantRead` would also allow describing the secret, never needed. */
function grantValue(secret: ISecret, reader: IGrantable): void {
  // For an ARN without the six random characters IAM needs a pattern.
  const arn = secret.secretFullArn ?? `${secret.secretArn}-??????`;
  reader.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [arn] }),
  );
}
