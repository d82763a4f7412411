import { type Command, readArguments, UsageError, wholeNumber } from '../../lib/operator/command-line.ts';

/** What the sandbox is started with: command line first, then environment, then the default. */
export interface SandboxOptions {
  /** 0 takes any that is free. */
  readonly port: number;
  readonly cycleSeconds: number;
  /** Where the simulated org listens, 0 for any port that is free; `none` starts no org. */
  readonly orgPort: number | 'none';
  readonly seedRecords: number;
  /** Where tables and queues are kept; in memory without it. */
  readonly dataDir: string | undefined;
  readonly lagSeconds: number | undefined;
  readonly lookbackSeconds: number | undefined;
  readonly salesforce:
    | { readonly loginUrl: string; readonly clientId: string; readonly clientSecret: string }
    | undefined;
  readonly dynamoDbEndpoint: string | undefined;
  readonly sqsEndpoint: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const COMMAND = {
  name: 'npm start',
  about: 'Runs the whole product on this machine: its functions, tables and queues, and a simulated Salesforce org.',
  options: {
    port: { value: 'P', about: 'port of the HTTP API and the console (4500)', environment: 'LOCKSTEP_PORT' },
    cycle: {
      value: 'S',
      about: 'seconds between the end of a cycle and the next (300)',
      environment: 'LOCKSTEP_CYCLE_SECONDS',
    },
    'org-port': {
      value: 'P',
      about: 'port of the simulated org (4501); 0: start no org',
      environment: 'LOCKSTEP_ORG_PORT',
    },
    'seed-records': {
      value: 'N',
      about: 'Leads and Contacts that the org begins with (40)',
      environment: 'LOCKSTEP_SEED_RECORDS',
    },
    data: {
      value: 'DIR',
      about: 'folder that keeps tables, queues and org (none: all in memory)',
      environment: 'LOCKSTEP_DATA',
    },
    lag: {
      value: 'S',
      about: 'seconds that a poll stays behind the clock of the org',
      environment: 'LOCKSTEP_LAG_SECONDS',
    },
    lookback: {
      value: 'S',
      about: 'seconds that a poll reads again below its checkpoint',
      environment: 'LOCKSTEP_LOOKBACK_SECONDS',
    },
  },
  notes: [
    'Environment only: SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET use another org;',
    'AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL_SQS use other engines.',
  ],
} as const satisfies Command<Readonly<Record<string, { value: string; about: string; environment: string }>>>;

const NUMBERS = {
  port: { fallback: 4500, max: 65_535 },
  cycle: { fallback: 300, max: 86_400 },
  'org-port': { fallback: 4501, max: 65_535 },
  'seed-records': { fallback: 40, max: 2_000_000 },
  lag: { fallback: undefined, max: 86_400 },
  lookback: { fallback: undefined, max: 86_400 },
} as const;

type NumberOption = keyof typeof NUMBERS;

/** The options; throws `UsageError` for one that is unknown or wrong, and `HelpRequest` for `--help`. */
export function readOptions(args: readonly string[], environment: Environment): SandboxOptions {
  const { options } = readArguments(COMMAND, args);
  const numberOf = (name: NumberOption) => readNumber(name, options[name], environment);
  return {
    port: numberOf('port') ?? NUMBERS.port.fallback,
    cycleSeconds: numberOf('cycle') ?? NUMBERS.cycle.fallback,
    orgPort: numberOf('org-port') || 'none',
    seedRecords: numberOf('seed-records') ?? NUMBERS['seed-records'].fallback,
    dataDir: given(options.data) ?? given(environment.LOCKSTEP_DATA),
    lagSeconds: numberOf('lag'),
    lookbackSeconds: numberOf('lookback'),
    salesforce: readSalesforce(environment),
    dynamoDbEndpoint: readUrl('AWS_ENDPOINT_URL_DYNAMODB', environment),
    sqsEndpoint: readUrl('AWS_ENDPOINT_URL_SQS', environment),
  };
}

function readNumber(name: NumberOption, argument: string | undefined, environment: Environment): number | undefined {
  const { fallback, max } = NUMBERS[name];
  const variable = COMMAND.options[name].environment;
  const text = argument ?? given(environment[variable]);
  if (text === undefined) return fallback;
  return wholeNumber(argument === undefined ? variable : `--${name}`, text, 0, max);
}

function readSalesforce(environment: Environment): SandboxOptions['salesforce'] {
  const names = ['SALESFORCE_LOGIN_URL', 'SALESFORCE_CLIENT_ID', 'SALESFORCE_CLIENT_SECRET'] as const;
  const [loginUrl, clientId, clientSecret] = names.map((name) => given(environment[name]));
  if (loginUrl === undefined && clientId === undefined && clientSecret === undefined) return undefined;
  const missing = names.filter((name) => given(environment[name]) === undefined);
  if (loginUrl === undefined || clientId === undefined || clientSecret === undefined) {
    throw new UsageError(`the org needs ${names.join(', ')}: set ${missing.join(', ')} too`);
  }
  readUrl('SALESFORCE_LOGIN_URL', environment);
  return { loginUrl, clientId, clientSecret };
}

function readUrl(name: string, environment: Environment): string | undefined {
  const value = given(environment[name]);
  if (value !== undefined && !/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
    throw new UsageError(`${name} takes an http or https URL, not "${value}"`);
  }
  return value;
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}
