import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startDynamoDb } from './engines/dynamodb.ts';
import { startSecrets } from './engines/secrets.ts';
import { startSqs } from './engines/sqs.ts';
import { createOrg, type Org } from './org/create-org.ts';
import { loadAssembly } from './runtime/assembly.ts';
import type { RuntimeLog } from './runtime/runtime-event.ts';
import { type Runtime, startRuntime } from './runtime/start-runtime.ts';
import { checkLogin } from './salesforce-login.ts';
import { type SandboxOptions, UsageError } from './sandbox-options.ts';
import { sandboxSettings } from './sandbox-settings.ts';
import { synthesise } from './synthesise.ts';

/** The running sandbox. */
export interface Sandbox {
  readonly apiUrl: string;
  readonly orgUrl: string;
  readonly dynamoDbUrl: string;
  readonly sqsUrl: string;
  /** The org that runs here, where one does. */
  readonly org: Org | undefined;
  readonly runtime: Runtime;
  /** Ends everything it started; a second call waits for the first. */
  close(): Promise<void>;
}

/** Failed messages come again after this many seconds at the latest, not after the 12 minutes of the deployed queue. */
const REDELIVERY_SECONDS = 30;

const CLIENT = 'lockstep';

/** Starts the whole product on this machine: the engines, the org, and the synthesised template's own functions. */
export async function startSandbox(options: SandboxOptions, log: RuntimeLog): Promise<Sandbox> {
  const closers: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      for (const end of closers.reverse()) await end();
    })();
    return closing;
  };
  try {
    return { ...(await startAll(options, log, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startAll(
  options: SandboxOptions,
  log: RuntimeLog,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<Sandbox, 'close'>> {
  const settings = sandboxSettings(options);
  const { org, orgUrl } = await startOrg(options, closers);
  const salesforce = options.salesforce ?? { loginUrl: orgUrl, clientId: CLIENT, clientSecret: CLIENT };
  await checkLogin(salesforce);
  const outdir = await mkdtemp(join(tmpdir(), 'lockstep-'));
  closers.push(() => rm(outdir, { recursive: true, force: true }));
  const [assembly, dynamoDbUrl, sqsUrl, secretsUrl] = await Promise.all([
    synthesise(settings, outdir).then(() => loadAssembly(outdir)),
    options.dynamoDbEndpoint ?? startEngine(startDynamoDb, options, closers),
    options.sqsEndpoint ?? startEngine(startSqs, options, closers),
    startSecretStore({ [settings.salesforceSecretName]: JSON.stringify(salesforce) }, closers),
  ]);
  const endpoints = { dynamodb: dynamoDbUrl, sqs: sqsUrl, secretsmanager: secretsUrl };
  const runtime = await startRuntime({
    assembly,
    endpoints,
    apiPort: options.port,
    log,
    scheduleSeconds: options.cycleSeconds,
    visibilityLimitSeconds: REDELIVERY_SECONDS,
    prewarm: true,
  }).catch(portTaken('--port', options.port));
  closers.push(() => runtime.close());
  return { apiUrl: runtime.apiUrl, orgUrl: salesforce.loginUrl, dynamoDbUrl, sqsUrl, org, runtime };
}

/** With the org elsewhere, or with port 0, none is started. */
async function startOrg(
  options: SandboxOptions,
  closers: (() => Promise<unknown>)[],
): Promise<{ readonly org: Org | undefined; readonly orgUrl: string }> {
  if (options.salesforce !== undefined) return { org: undefined, orgUrl: options.salesforce.loginUrl };
  if (options.orgPort === 0) {
    throw new UsageError('without an org of its own (--org-port 0) the sandbox needs SALESFORCE_LOGIN_URL');
  }
  const org = createOrg();
  const contacts = Math.floor(options.seedRecords / 3);
  if (options.seedRecords > 0) org.seed({ leads: options.seedRecords - contacts, contacts, seed: 1 });
  closers.push(() => org.close());
  const orgUrl = await org.listen(options.orgPort).catch(portTaken('--org-port', options.orgPort));
  return { org, orgUrl };
}

async function startEngine(
  start: typeof startDynamoDb | typeof startSqs,
  { dataDir }: SandboxOptions,
  closers: (() => Promise<unknown>)[],
): Promise<string> {
  if (dataDir !== undefined) await mkdir(resolve(dataDir), { recursive: true });
  const engine = await start(dataDir === undefined ? {} : { dataDir: resolve(dataDir) });
  closers.push(() => engine.close());
  return engine.endpoint;
}

async function startSecretStore(
  secrets: Readonly<Record<string, string>>,
  closers: (() => Promise<unknown>)[],
): Promise<string> {
  const engine = await startSecrets({ secrets });
  closers.push(() => engine.close());
  return engine.endpoint;
}

function portTaken(option: string, port: number): (error: unknown) => never {
  return (error) => {
    const codes = [error, error instanceof Error ? error.cause : undefined].map(
      (each) => (each as { code?: string })?.code,
    );
    if (codes.includes('EADDRINUSE')) throw new UsageError(`port ${port} is taken: choose another with ${option}`);
    throw error;
  };
}
