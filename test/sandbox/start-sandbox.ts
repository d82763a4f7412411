import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../../lib/operator/command-line.ts';
import { checkEndpoint, checkPort, makeFolder, portError } from './check-surroundings.ts';
import { startDynamoDb } from './engines/dynamodb.ts';
import { startSecrets } from './engines/secrets.ts';
import { startSqs } from './engines/sqs.ts';
import { createOrg, type Org } from './org/create-org.ts';
import { loadAssembly } from './runtime/assembly.ts';
import type { RuntimeLog } from './runtime/runtime-event.ts';
import { type Runtime, startRuntime } from './runtime/start-runtime.ts';
import { checkLogin } from './salesforce-login.ts';
import type { SandboxOptions } from './sandbox-options.ts';
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

/** What a batch waits for its other messages: the 2 seconds of the deployed queue would be most of a short cycle. */
const BATCHING_WINDOW_SECONDS = 0.2;

const CLIENT = 'lockstep';

/** What the start has opened so far, in that order. */
type Closers = (() => Promise<unknown>)[];

interface Start {
  readonly log: RuntimeLog;
  /** Aborted, the start ends as soon as it can. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Starts the whole product on this machine: the engines, the org, and the synthesised template's own functions. Where
 * it fails or is aborted it leaves nothing running and no file behind.
 */
export async function startSandbox(options: SandboxOptions, log: RuntimeLog, signal?: AbortSignal): Promise<Sandbox> {
  const closers: Closers = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeAll(closers);
    return closing;
  };
  try {
    const started = await startAll(options, { log, signal }, closers);
    signal?.throwIfAborted();
    return { ...started, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Newest first. What cannot be closed does not keep the rest open. */
async function closeAll(closers: Closers): Promise<void> {
  const errors: unknown[] = [];
  for (const end of closers.toReversed()) await end().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

async function startAll(
  options: SandboxOptions,
  { log, signal }: Start,
  closers: Closers,
): Promise<Omit<Sandbox, 'close'>> {
  const settings = sandboxSettings(options);
  await checkSurroundings(options);
  const { org, orgUrl } = await startOrg(options, closers);
  const salesforce = options.salesforce ?? { loginUrl: orgUrl, clientId: CLIENT, clientSecret: CLIENT };
  await checkLogin(salesforce);
  const outdir = await mkdtemp(join(tmpdir(), 'lockstep-'));
  closers.push(() => rm(outdir, { recursive: true, force: true }));
  const parts = [
    synthesise(settings, outdir, signal).then(() => loadAssembly(outdir)),
    Promise.resolve(options.dynamoDbEndpoint ?? startEngine(startDynamoDb, options, closers)),
    Promise.resolve(options.sqsEndpoint ?? startEngine(startSqs, options, closers)),
    startSecretStore({ [settings.salesforceSecretName]: JSON.stringify(salesforce) }, closers),
  ] as const;
  // Where one fails, the others are waited for too: what they opened is closed only if it is known by then.
  await Promise.allSettled(parts);
  const [assembly, dynamoDbUrl, sqsUrl, secretsUrl] = await Promise.all(parts);
  const endpoints = { dynamodb: dynamoDbUrl, sqs: sqsUrl, secretsmanager: secretsUrl };
  const runtime = await startRuntime({
    assembly,
    endpoints,
    apiPort: options.port,
    log,
    scheduleSeconds: options.cycleSeconds,
    visibilityLimitSeconds: REDELIVERY_SECONDS,
    batchingWindowLimitSeconds: BATCHING_WINDOW_SECONDS,
    prewarm: true,
  }).catch(portTaken('--port', options.port));
  closers.push(() => runtime.close());
  return { apiUrl: runtime.apiUrl, orgUrl: salesforce.loginUrl, dynamoDbUrl, sqsUrl, org, runtime };
}

/** What can be wrong outside is found before the template is synthesised, which takes the longest. */
async function checkSurroundings({ port, dataDir, dynamoDbEndpoint, sqsEndpoint }: SandboxOptions): Promise<void> {
  await checkPort('--port', port);
  if (dataDir !== undefined) await makeFolder('--data', resolve(dataDir));
  await checkEndpoint('AWS_ENDPOINT_URL_DYNAMODB', dynamoDbEndpoint);
  await checkEndpoint('AWS_ENDPOINT_URL_SQS', sqsEndpoint);
}

/** With the org elsewhere, or with port 0, none is started. */
async function startOrg(
  options: SandboxOptions,
  closers: Closers,
): Promise<{ readonly org: Org | undefined; readonly orgUrl: string }> {
  if (options.salesforce !== undefined) return { org: undefined, orgUrl: options.salesforce.loginUrl };
  if (options.orgPort === 'none') {
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
  closers: Closers,
): Promise<string> {
  const engine = await start(dataDir === undefined ? {} : { dataDir: resolve(dataDir) });
  closers.push(() => engine.close());
  return engine.endpoint;
}

async function startSecretStore(secrets: Readonly<Record<string, string>>, closers: Closers): Promise<string> {
  const engine = await startSecrets({ secrets });
  closers.push(() => engine.close());
  return engine.endpoint;
}

function portTaken(option: string, port: number): (error: unknown) => never {
  return (error) => {
    throw portError(option, port, error);
  };
}
