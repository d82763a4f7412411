import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { byType, SALESFORCE_TYPES } from '../person/row.ts';
import { LOCAL_NAMES } from '../schema/catalogue.ts';
import { policyMistakes, type SyncPolicy } from '../schema/sync-policy.ts';
import { settingsMistakes } from './settings-mistakes.ts';

// The small build of zod says only "Invalid input" until it is given words for what was expected.
z.config(en());

const SECRET = /^(?:arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:)?[\w/+=.@-]+$/;
const KEY_ARN = /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/;

const winner = z.enum(['local', 'remote']);
const salesforceType = z.enum(SALESFORCE_TYPES);
const filled = z.string().check(z.minLength(1));
const issuer = z.string().check(z.regex(/^https:\/\/\S+$/));
const hostedConsole = z.strictObject({
  /** The client that the OpenID provider knows the page by: a public one, with PKCE and without a secret. */
  clientId: filled,
  /** The scopes of its tokens; left out: `openid` and the three of the API. */
  scope: z.optional(filled),
  /** The API's identifier, for a provider that wants it named (RFC 8707). */
  resource: z.optional(filled),
});
const names = z._default(z.array(filled), []);
const seconds = (fallback: number) => z._default(z.number().check(z.int(), z.minimum(0)), fallback);

const settings = {
  /** Name or ARN in Secrets Manager: `loginUrl`, `clientId`, and `clientSecret` or `privateKey` (with `username`). */
  salesforceSecretName: z._default(
    z.string().check(z.regex(SECRET, 'takes the name or the ARN of a secret')),
    'lockstep/salesforce',
  ),
  /** ARN of the KMS key that encrypts the secret; left out: the key of Secrets Manager itself. */
  salesforceSecretKeyArn: z.optional(z.string().check(z.regex(KEY_ARN, 'takes the ARN of a KMS key'))),
  objects: z._default(z.array(salesforceType).check(z.minLength(1)), [...SALESFORCE_TYPES]),
  conflictWinner: z._default(
    z.strictObject(byType(() => z._default(winner, 'local'))),
    byType(() => 'local' as const),
  ),
  fields: z._default(
    z.strictObject({
      exclude: names,
      pullOnly: names,
      pushOnly: names,
      conflictWinner: z._default(z.record(z.string(), winner), {}),
      /** Text that is too long for Salesforce is cut, not rejected. */
      truncate: names,
      /** Values are pushed without being judged here first. */
      unchecked: names,
    }),
    { exclude: [], pullOnly: [], pushOnly: [], conflictWinner: {}, truncate: [], unchecked: [] },
  ),
  /** What a new Lead takes where the person has none: Salesforce asks for both. */
  defaults: z._default(z.strictObject({ LastName: z.optional(filled), Company: z.optional(filled) }), {}),
  scheduleEnabled: z._default(z.boolean(), true),
  /** Tells several installs of one account apart: part of the names of stacks, API and metrics. */
  stage: z.optional(z.string().check(z.regex(/^[a-z][a-z0-9-]{0,19}$/, 'takes a-z, 0-9 and -, 20 characters at most'))),
  /** A persons table that is there already, instead of one that the deployment makes. */
  tableName: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'is not the name of a table'))),
  /** Who is told of alarms. */
  alarmEmail: z.optional(z.email()),
  /** Share of the org's daily calls that background work leaves for sync person. */
  apiReserve: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0.2),
  activityRetentionDays: z._default(z.number().check(z.int(), z.minimum(1)), 365),
  auth: z._default(
    z.union(
      [
        z.literal('iam'),
        z.literal('none'),
        z.strictObject({ jwt: z.strictObject({ issuer, audience: z.array(filled).check(z.minLength(1)) }) }),
      ],
      'takes "iam" or {"jwt": {"issuer": "…", "audience": ["…"]}}',
    ),
    'iam',
  ),
  /** The console's page on AWS; left out: it is not hosted. It takes `auth.jwt`. */
  console: z.optional(hostedConsole),
  /**
   * How long to wait for an answer of Salesforce before it counts as lost; a caller of sync person waits 15 at most.
   */
  salesforceTimeoutSeconds: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(60)), 45),
  /**
   * How long a person is left alone after a push whose answer was lost: Salesforce may work on a request for 10
   * minutes.
   */
  pushLeaseSeconds: z._default(z.number().check(z.int(), z.minimum(2)), 660),
  /** How long the next cycle waits for one that died: longer than the poll function may run, which is 14 minutes. */
  cycleLeaseSeconds: z._default(z.number().check(z.int(), z.minimum(2)), 900),
  /** How many pages of 2,000 rows a cycle reads of each object to backfill fields. */
  backfillPagesPerCycle: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(100)), 5),
  /** How often formulas, whose changes Salesforce does not tell, are read from every record; 0: never. */
  formulaRefreshHours: z._default(z.number().check(z.minimum(0)), 24),
  /** How often, in days, all persons are compared with their records; 0: only when it is asked for or needed. */
  reconcileDays: z._default(z.number().check(z.minimum(0)), 7),
  /** How many steps of that a cycle takes, each at most 50 MB of the table and 8,000 persons, in five calls. */
  reconcileStepsPerCycle: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(100)), 5),
  /**
   * How many waiting persons a cycle pushes one row at a time, each only as it was at base; the rest goes by collections
   * of 200, which write over what others save at that moment.
   */
  massPushAbove: z._default(z.number().check(z.int(), z.minimum(1)), 10_000),
  /**
   * How many merges run at once: each pushes by up to three calls, and a new account runs ten functions at once, some of
   * them for callers of the API.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
   */
  maxConcurrency: z._default(z.number().check(z.int(), z.minimum(2), z.maximum(1000)), 6),
  /** How far the poll stays behind Salesforce's clock: the second that is not over yet is not read. */
  lagSeconds: seconds(2),
  /** How far below its checkpoint the poll reads again. */
  lookbackSeconds: seconds(600),
  duplicates: z._default(
    z.strictObject({
      /**
       * A new Lead that a duplicate rule only warns of: `link` to the record that it found, where that is one and
       * nobody else's; `save` the Lead all the same; or `reject` it.
       */
      onAlert: z._default(z.enum(['link', 'save', 'reject']), 'link'),
    }),
    { onAlert: 'link' },
  ),
  /** Set by the sandbox alone: nothing is deployed, so an open API and short leases do no harm. */
  sandbox: z.optional(z.boolean()),
};

/**
 * What an operator sets: the context key `lockstep` in cdk.json. Checked at synth, given to every function as one
 * environment variable, and checked again at cold start.
 */
const settingsSchema = z.strictObject(settings);

/** The same for a function, which may be older than the deployment that wrote its settings: it ignores new keys. */
const deployedSchema = z.object(settings);

export type Settings = z.infer<typeof settingsSchema>;

export type HostedConsoleSettings = z.infer<typeof hostedConsole>;

export { POLL_TIMEOUT_SECONDS } from './settings-mistakes.ts';

/** A setting that is missing or wrong; the message is one line that names it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** The settings with their defaults; throws `SettingsError` with one line for the mistakes. */
export function parseSettings(given: unknown): Settings {
  return checked(settingsSchema, given);
}

/** The settings of a deployed function: keys that it does not know yet are no mistake. */
export function parseDeployedSettings(given: unknown): Settings {
  return checked(deployedSchema, given);
}

function checked(schema: typeof settingsSchema | typeof deployedSchema, given: unknown): Settings {
  const parsed = z.safeParse(schema, given ?? {});
  const mistakes = parsed.success
    ? [...policyMistakes(parsed.data.fields, localNameOf), ...settingsMistakes(parsed.data)].map(
        (mistake) => `lockstep.${mistake}`,
      )
    : parsed.error.issues.map((issue) => `${['lockstep', ...issue.path].join('.')}: ${issue.message}`);
  if (parsed.success && mistakes.length === 0) return parsed.data;
  throw new SettingsError(mistakes.join('; '));
}

/** The name that the settings know a standard field by. */
function localNameOf(apiName: string): string | undefined {
  return SALESFORCE_TYPES.flatMap((type) => LOCAL_NAMES[type].get(apiName) ?? [])[0];
}

/** The part of the settings that decides about fields. */
export function syncPolicy(settings: Settings): SyncPolicy {
  const { LastName, Company } = settings.defaults;
  const defaults = { ...(LastName ? { LastName } : {}), ...(Company ? { Company } : {}) };
  const { conflictWinner, fields, duplicates } = settings;
  return { conflictWinner, fields, defaults, onDuplicateAlert: duplicates.onAlert };
}
