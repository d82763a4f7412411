import { parseArgs } from 'node:util';

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

/** An option, setting or credential that is wrong; the message is one line for the person who started the sandbox. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Environment = Readonly<Record<string, string | undefined>>;

const NUMBERS = {
  port: { environment: 'LOCKSTEP_PORT', fallback: 4500, max: 65_535 },
  cycle: { environment: 'LOCKSTEP_CYCLE_SECONDS', fallback: 300, max: 86_400 },
  'org-port': { environment: 'LOCKSTEP_ORG_PORT', fallback: 4501, max: 65_535 },
  'seed-records': { environment: 'LOCKSTEP_SEED_RECORDS', fallback: 40, max: 2_000_000 },
  lag: { environment: 'LOCKSTEP_LAG_SECONDS', fallback: undefined, max: 86_400 },
  lookback: { environment: 'LOCKSTEP_LOOKBACK_SECONDS', fallback: undefined, max: 86_400 },
} as const;

type NumberOption = keyof typeof NUMBERS;

/** The options; throws `UsageError` for one that is unknown or wrong. */
export function readOptions(args: readonly string[], environment: Environment): SandboxOptions {
  const values = parsedArgs(args);
  const numberOf = (name: NumberOption) => readNumber(name, values[name], environment);
  return {
    port: numberOf('port') ?? NUMBERS.port.fallback,
    cycleSeconds: numberOf('cycle') ?? NUMBERS.cycle.fallback,
    orgPort: numberOf('org-port') || 'none',
    seedRecords: numberOf('seed-records') ?? NUMBERS['seed-records'].fallback,
    dataDir: given(values.data) ?? given(environment.LOCKSTEP_DATA),
    lagSeconds: numberOf('lag'),
    lookbackSeconds: numberOf('lookback'),
    salesforce: readSalesforce(environment),
    dynamoDbEndpoint: readUrl('AWS_ENDPOINT_URL_DYNAMODB', environment),
    sqsEndpoint: readUrl('AWS_ENDPOINT_URL_SQS', environment),
  };
}

function parsedArgs(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const options = {
      port: text,
      cycle: text,
      'org-port': text,
      'seed-records': text,
      lag: text,
      lookback: text,
      data: text,
    };
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    // The parser's first sentence names the option; the rest is advice for other cases.
    throw new UsageError(error instanceof Error ? (error.message.split(/\.\s/)[0] ?? error.message) : String(error));
  }
}

function readNumber(name: NumberOption, argument: string | undefined, environment: Environment): number | undefined {
  const { environment: variable, fallback, max } = NUMBERS[name];
  const text = argument ?? given(environment[variable]);
  if (text === undefined) return fallback;
  const source = argument === undefined ? variable : `--${name}`;
  if (!/^\d{1,9}$/.test(text) || Number(text) > max) {
    throw new UsageError(`${source} takes a whole number from 0 to ${max}, not "${text}"`);
  }
  return Number(text);
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
