import { readFileSync } from 'node:fs';
import { createDynamoClient } from '../../dynamodb/create-dynamo-client.ts';
import { DynamoSyncStateStore } from '../../dynamodb/dynamo-sync-state-store.ts';
import { parseSecret } from '../../lambda/salesforce-secret.ts';
import { parseSettings, type Settings, SettingsError, syncPolicy } from '../../lambda/settings.ts';
import { createSalesforceClient } from '../../salesforce/client.ts';
import type { SalesforceCredentials } from '../../salesforce/session.ts';
import { ConfigError } from '../../sync/errors.ts';
import type { SyncStatus } from '../../sync/operate/sync-status.ts';
import { AwsDeployedStack, stackClients } from '../aws-deployed-stack.ts';
import { type Command, readArguments, UsageError } from '../command-line.ts';
import { runProgram } from '../run-program.ts';
import { syncStatus } from './api-checks.ts';
import { examineOrg, type OrgToExamine } from './examine-org.ts';
import { examine, type Finding } from './finding.ts';
import { printFindings } from './print-findings.ts';
import { stackChecks } from './stack-checks.ts';

const options = {
  stack: { value: 'NAME', about: 'a deployed stack (LockstepSync): its secret, org, schedule, queues and alarms' },
  'write-test': { about: 'also create, change and delete a Lead of its own' },
  json: { about: 'print the findings as JSON, one a line' },
} as const;

const command: Command<typeof options> = {
  name: 'npm run doctor',
  about: 'Checks every precondition of the sync. Exit code 1 for any problem. Read-only without --write-test.',
  options,
  notes: [
    'Without --stack the org of SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET is examined,',
    'or, where they are not set, the running sandbox (LOCKSTEP_PORT and LOCKSTEP_ORG_PORT; 4500 and 4501).',
  ],
};

/** Timeout of a Salesforce call. */
const TIMEOUT_MS = 60_000;

async function main(): Promise<number> {
  const { options: typed } = readArguments(command, process.argv.slice(2));
  const writes = typed['write-test'] === true;
  const findings = typed.stack === undefined ? examineHere(writes) : examineStack(typed.stack, writes);
  return printFindings(findings, { json: typed.json === true });
}

/** The org of the environment, or of the running sandbox. */
async function* examineHere(writes: boolean): AsyncGenerator<Finding> {
  const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8')) as {
    readonly context: { readonly lockstep: unknown };
  };
  const { org, api } = targetOf(process.env);
  yield* examineOrg(orgOf(settingsOf(context.lockstep), org, writes));
  if (api !== null) yield* examine([syncStatus(() => statusOf(api), Date.now)]);
}

interface Target {
  readonly org: SalesforceCredentials;
  /** The sandbox's API; null for any other org, which has no local API. */
  readonly api: string | null;
}

function targetOf(environment: Readonly<Record<string, string | undefined>>): Target {
  const { SALESFORCE_LOGIN_URL: loginUrl, SALESFORCE_CLIENT_ID: clientId } = environment;
  const { SALESFORCE_CLIENT_SECRET: clientSecret, LOCKSTEP_PORT = '4500', LOCKSTEP_ORG_PORT = '4501' } = environment;
  if (loginUrl === undefined && clientId === undefined && clientSecret === undefined) {
    const local = (port: string) => `http://127.0.0.1:${port}`;
    const org = { loginUrl: local(LOCKSTEP_ORG_PORT), clientId: 'lockstep', clientSecret: 'lockstep' };
    return { org, api: local(LOCKSTEP_PORT) };
  }
  if (loginUrl === undefined || clientId === undefined || clientSecret === undefined) {
    throw new UsageError('SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET go together');
  }
  return { org: { loginUrl, clientId, clientSecret }, api: null };
}

async function* examineStack(name: string, writes: boolean): AsyncGenerator<Finding> {
  const stack = new AwsDeployedStack(name, stackClients());
  try {
    const { settings: given, tableName } = await stack.deployment();
    const settings = settingsOf(given);
    const text = await stack.secret(settings.salesforceSecretName);
    if (text === undefined) throw new ConfigError(`secret ${settings.salesforceSecretName} does not exist`);
    yield { level: 'ok', check: 'secret', detail: `${settings.salesforceSecretName} can be read` };
    const state = new DynamoSyncStateStore(createDynamoClient(), { tableName });
    const org = orgOf(settings, parseSecret(settings.salesforceSecretName, text), writes);
    yield* examineOrg({ ...org, tableOwner: () => state.organization() });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const fix = 'see "Connect an org and deploy" in README.md; then run again';
    yield { level: 'problem', check: 'stack', detail: error.message, fix };
  }
  yield* examine(stackChecks(stack));
}

function orgOf(settings: Settings, credentials: SalesforceCredentials, writes: boolean): OrgToExamine {
  let signedInTo: string | undefined;
  const admit = async (organization: string) => {
    signedInTo = organization;
  };
  return {
    client: createSalesforceClient({ credentials, timeoutMs: TIMEOUT_MS, reserve: 0, admit }),
    loginUrl: credentials.loginUrl,
    types: settings.objects,
    policy: syncPolicy(settings),
    writes,
    now: Date.now,
    signedInTo: () => signedInTo,
  };
}

function settingsOf(given: unknown): Settings {
  try {
    return parseSettings(given);
  } catch (error) {
    throw error instanceof SettingsError ? new UsageError(error.message) : error;
  }
}

async function statusOf(api: string): Promise<SyncStatus> {
  const answer = await fetch(`${api}/sync/status`).catch(() => {
    throw new ConfigError(`nothing answers at ${api}: start the sandbox with npm start`);
  });
  if (!answer.ok) throw new ConfigError(`GET ${api}/sync/status answers ${answer.status}`);
  return (await answer.json()) as SyncStatus;
}

await runProgram(main);
