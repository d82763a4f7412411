import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Settings } from '../../lib/lambda/settings.ts';
import { buildConsole } from '../../lib/operator/build-console.ts';
import { UsageError } from '../../lib/operator/command-line.ts';
import { checkEndpoint, checkPort, makeFolder, portError } from './check-surroundings.ts';
import { consolePages } from './console/console-pages.ts';
import { orgRelay } from './console/org-relay.ts';
import { startDynamoDb } from './engines/dynamodb.ts';
import { startSecrets } from './engines/secrets.ts';
import { startSqs } from './engines/sqs.ts';
import { checkOrgOf, ORG_FILE, takeFolder } from './kept-folder.ts';
import { createOrg, type Org } from './org/create-org.ts';
import { createKeptOrg } from './org/kept-org.ts';
import { loadAssembly } from './runtime/assembly.ts';
import type { RuntimeLog } from './runtime/runtime-event.ts';
import { type Runtime, startRuntime } from './runtime/start-runtime.ts';
import { checkLogin } from './salesforce-login.ts';
import type { SandboxOptions } from './sandbox-options.ts';
import { sandboxSettings } from './sandbox-settings.ts';
import { synthesise } from './synthesise.ts';
import { count } from './terminal/screen.ts';
import { SILENT, type StartProgress } from './terminal/start-steps.ts';

/** The running sandbox. */
export interface Sandbox {
  readonly apiUrl: string;
  readonly orgUrl: string;
  readonly dynamoDbUrl: string;
  readonly sqsUrl: string;
  /** The org that runs here, where one does. */
  readonly org: Org | undefined;
  readonly runtime: Runtime;
  /** Gives the Salesforce secret another text, as an administrator does. */
  setSecret(text: string): void;
  /** Ends everything it started; a second call waits for the first. */
  close(): Promise<void>;
}

/** Failed messages come again after this many seconds at the latest, not after the 12 minutes of the deployed queue. */
const REDELIVERY_SECONDS = 30;

/** What a batch waits for its other messages: the 2 seconds of the deployed queue would be most of a short cycle. */
const BATCHING_WINDOW_SECONDS = 0.2;

/** A slow machine is waited for: loading a function may take this long, not the 10 seconds of Lambda. */
const INIT_LIMIT_SECONDS = 600;

const CLIENT = 'lockstep';

/** What the start has opened so far, in that order. */
type Closers = (() => Promise<unknown>)[];

/** How a start is followed and ended. */
export interface StartWatch {
  /** Aborted, the start ends as soon as it can. */
  readonly signal?: AbortSignal;
  readonly progress?: StartProgress;
}

interface Start extends StartWatch {
  readonly log: RuntimeLog;
  readonly progress: StartProgress;
  readonly closers: Closers;
}

/**
 * Starts the whole product on this machine: the engines, the org, and the synthesised template's own functions. Where
 * it fails or is aborted it leaves nothing running and no file behind.
 */
export async function startSandbox(
  options: SandboxOptions,
  log: RuntimeLog,
  { signal, progress = SILENT }: StartWatch = {},
): Promise<Sandbox> {
  const closers: Closers = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeAll(closers);
    return closing;
  };
  try {
    const watch = signal === undefined ? {} : { signal };
    const started = await startAll(options, { log, progress, closers, ...watch });
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

async function startAll(options: SandboxOptions, start: Start): Promise<Omit<Sandbox, 'close'>> {
  const { log, progress, closers } = start;
  const settings = sandboxSettings(options);
  await checkSurroundings(options, progress);
  if (options.dataDir !== undefined) closers.push(await takeFolder(resolve(options.dataDir)));
  const { org, orgUrl } = await startOrg(options, start);
  const salesforce = options.salesforce ?? { loginUrl: orgUrl, clientId: CLIENT, clientSecret: CLIENT };
  await progress.step(
    'sign-in',
    `signs in at ${salesforce.loginUrl}`,
    () => checkLogin(salesforce),
    () => 'accepted',
  );
  const { assembly, endpoints, pagesFolder, setSecret } = await startParts(options, settings, salesforce, start);
  const relay = org === undefined ? undefined : orgRelay(orgUrl);
  if (relay !== undefined) closers.push(async () => relay.close());
  const cycle = async (): Promise<void> => void (await runtime.invoke('Poll', {}));
  const runtime: Runtime = await progress.step(
    'functions',
    'creates the tables and queues, starts the functions',
    () =>
      startRuntime({
        assembly,
        endpoints,
        apiPort: options.port,
        log,
        scheduleSeconds: options.cycleSeconds,
        visibilityLimitSeconds: REDELIVERY_SECONDS,
        batchingWindowLimitSeconds: BATCHING_WINDOW_SECONDS,
        initLimitSeconds: INIT_LIMIT_SECONDS,
        pages: consolePages(pagesFolder, { org: relay, cycle }),
        prewarm: true,
      }).catch(portTaken('--port', options.port)),
    ({ functions }) => `${functions.length} functions behind their triggers`,
  );
  closers.push(() => runtime.close());
  const { dynamodb: dynamoDbUrl, sqs: sqsUrl } = endpoints;
  return { apiUrl: runtime.apiUrl, orgUrl: salesforce.loginUrl, dynamoDbUrl, sqsUrl, org, runtime, setSecret };
}

/** The template and the engines, all at once. */
async function startParts(
  options: SandboxOptions,
  settings: Settings,
  salesforce: NonNullable<SandboxOptions['salesforce']>,
  { signal, progress, closers }: Start,
) {
  const outdir = await mkdtemp(join(tmpdir(), 'lockstep-'));
  closers.push(() => rm(outdir, { recursive: true, force: true }));
  const template = () => synthesise(settings, outdir, signal).then(() => loadAssembly(outdir));
  const tables = async () => options.dynamoDbEndpoint ?? startEngine(startDynamoDb, options, closers);
  const queues = async () => options.sqsEndpoint ?? startEngine(startSqs, options, closers);
  const secrets: Record<string, string> = { [settings.salesforceSecretName]: JSON.stringify(salesforce) };
  const parts = [
    progress.step('template', 'synthesises the CDK app', template, () => 'synthesised'),
    progress.step('tables', 'starts DynamoDB', tables, (url) => url),
    progress.step('queues', 'starts SQS', queues, (url) => url),
    progress.step('console', 'builds the console', buildConsole, () => 'built'),
    startSecretStore(secrets, closers),
  ] as const;
  // Where one fails, the others are waited for too: what they opened is closed only if it is known by then.
  await Promise.allSettled(parts);
  const [assembly, dynamodb, sqs, pagesFolder, secretsmanager] = await Promise.all(parts);
  const setSecret = (text: string): void => {
    secrets[settings.salesforceSecretName] = text;
  };
  return { assembly, pagesFolder, setSecret, endpoints: { dynamodb, sqs, secretsmanager } };
}

/** What can be wrong outside is found before the template is synthesised, which takes the longest. */
async function checkSurroundings(
  { port, dataDir, dynamoDbEndpoint, sqsEndpoint }: SandboxOptions,
  { step }: StartProgress,
): Promise<void> {
  await checkPort('--port', port);
  if (dataDir !== undefined) await makeFolder('--data', resolve(dataDir));
  const endpoints = { AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint, AWS_ENDPOINT_URL_SQS: sqsEndpoint };
  for (const [variable, url] of Object.entries(endpoints)) {
    if (url !== undefined) await step('endpoint', `waits for ${url}`, () => checkEndpoint(variable, url));
  }
}

/** With the org elsewhere, or with port 0, none is started. */
async function startOrg(
  options: SandboxOptions,
  { progress, closers }: Start,
): Promise<{ readonly org: Org | undefined; readonly orgUrl: string }> {
  if (options.salesforce !== undefined) return { org: undefined, orgUrl: options.salesforce.loginUrl };
  if (options.orgPort === 'none') {
    throw new UsageError('without an org of its own (--org-port 0) the sandbox needs SALESFORCE_LOGIN_URL');
  }
  const { orgPort, seedRecords } = options;
  const start = async () => {
    const org = await openOrg(options);
    closers.push(() => org.close());
    return { org, orgUrl: await org.listen(orgPort).catch(portTaken('--org-port', orgPort)) };
  };
  const records = `${count(seedRecords)} records`;
  return progress.step('org', `starts an org with ${records}`, start, () => records);
}

/** The org of the folder as it was left, or a new one with records. */
async function openOrg({ dataDir, seedRecords }: SandboxOptions): Promise<Org> {
  const contacts = Math.floor(seedRecords / 3);
  const seed = seedRecords > 0 ? { leads: seedRecords - contacts, contacts, seed: 1 } : undefined;
  if (dataDir !== undefined) {
    await checkOrgOf(resolve(dataDir));
    return createKeptOrg(join(resolve(dataDir), ORG_FILE), seed);
  }
  const org = createOrg();
  if (seed !== undefined) org.seed(seed);
  return org;
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
