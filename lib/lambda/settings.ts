import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { byType, SALESFORCE_TYPES } from '../person/row.ts';
import { LOCAL_NAMES } from '../schema/catalogue.ts';
import { policyMistakes, type SyncPolicy } from '../schema/sync-policy.ts';
import { settingsMistakes } from './settings-mistakes.ts';

// The small build of zod has only the message "Invalid input" until a locale is configured.
z.config(en());

const SECRET = /^(?:arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:)?[\w/+=.@-]+$/;
const KEY_ARN = /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/;

const winner = z.enum(['local', 'remote']);
const salesforceType = z.enum(SALESFORCE_TYPES);
const filled = z.string().check(z.minLength(1));
const issuer = z.string().check(z.regex(/^https:\/\/\S+$/));
const hostedConsole = z.strictObject({
  /** The OpenID provider's client id for the page: a public client, with PKCE and without a secret. */
  clientId: filled,
  /** Scopes of the page's tokens; absent: `openid` and the API's three scopes. */
  scope: z.optional(filled),
  /** The API's identifier, for a provider requiring a resource (RFC 8707). */
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
  /** ARN of the secret's KMS key; absent: Secrets Manager's own key. */
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
      /** Texts too long for Salesforce are cut instead of rejected. */
      truncate: names,
      /** Values are pushed without a local check. */
      unchecked: names,
    }),
    { exclude: [], pullOnly: [], pushOnly: [], conflictWinner: {}, truncate: [], unchecked: [] },
  ),
  /** Values of a new Lead for empty fields; Salesforce requires both. */
  defaults: z._default(z.strictObject({ LastName: z.optional(filled), Company: z.optional(filled) }), {}),
  scheduleEnabled: z._default(z.boolean(), true),
  /** Distinguishes several installations in an account: part of the names of stacks, API and metrics. */
  stage: z.optional(z.string().check(z.regex(/^[a-z][a-z0-9-]{0,19}$/, 'takes a-z, 0-9 and -, 20 characters at most'))),
  /** An existing persons table, instead of a table created by the deployment. */
  tableName: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'is not the name of a table'))),
  /** Recipient of alarms. */
  alarmEmail: z.optional(z.email()),
  /** Share of the org's daily calls reserved for sync person. */
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
  /** The console's page on AWS; absent: not hosted. Requires `auth.jwt`. */
  console: z.optional(hostedConsole),
  /** Timeout of a Salesforce call; for a caller of sync person at most 15. */
  salesforceTimeoutSeconds: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(45)), 45),
  /**
   * How long a person is left alone after a push with a lost answer: Salesforce may work on a request for 10 minutes.
   */
  pushLeaseSeconds: z._default(z.number().check(z.int(), z.minimum(2)), 660),
  /** How long the next cycle waits for a crashed cycle: longer than the poll function's timeout of 14 minutes. */
  cycleLeaseSeconds: z._default(z.number().check(z.int(), z.minimum(2)), 900),
  /** Pages of 2,000 rows per object and cycle for field jobs. */
  backfillPagesPerCycle: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(100)), 5),
  /** Interval of formula reads from every record, because Salesforce does not report formula changes; 0: never. */
  formulaRefreshHours: z._default(z.number().check(z.minimum(0)), 24),
  /** Interval in days of comparisons between all persons and their records; 0: only on request or when needed. */
  reconcileDays: z._default(z.number().check(z.minimum(0)), 7),
  /** Reconciliation steps per cycle, each at most 50 MB of the table and 8,000 persons, in five calls. */
  reconcileStepsPerCycle: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(100)), 5),
  /**
   * Maximum pending persons per cycle pushed row by row, each only if unchanged since base; further persons are pushed
   * in collections of 200, overwriting concurrent saves by others.
   */
  massPushAbove: z._default(z.number().check(z.int(), z.minimum(1)), 10_000),
  /**
   * Maximum concurrent merges, two for fresh changes and the rest for the backlog (Lambda's minimum is two for each): a
   * merge pushes with up to three calls, and a new account allows ten concurrent functions, some needed for API callers.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
   */
  maxConcurrency: z._default(z.number().check(z.int(), z.minimum(4), z.maximum(1000)), 6),
  /** Distance of the poll behind Salesforce's clock: an unfinished second is not read. */
  lagSeconds: seconds(2),
  /** How far below the checkpoint the poll reads again. */
  lookbackSeconds: seconds(600),
  duplicates: z._default(
    z.strictObject({
      /**
       * A new Lead after a mere warning of a duplicate rule: `link` to the found record, if single and not held by a
       * different person; `save` the Lead anyway; or `reject`.
       */
      onAlert: z._default(z.enum(['link', 'save', 'reject']), 'link'),
    }),
    { onAlert: 'link' },
  ),
  /** Set only by the sandbox: nothing is deployed, so an open API and short leases do no harm. */
  sandbox: z.optional(z.boolean()),
};

/**
 * An operator's settings: the context key `lockstep` in cdk.json. Checked at synth, passed to every function in one
 * environment variable, and checked again at cold start.
 */
const settingsSchema = z.strictObject(settings);

/** The same for a function, possibly older than the deployment writing the settings: unknown keys are ignored. */
const deployedSchema = z.object(settings);

export type Settings = z.infer<typeof settingsSchema>;

export type HostedConsoleSettings = z.infer<typeof hostedConsole>;

export { POLL_TIMEOUT_SECONDS } from './settings-mistakes.ts';

/** A missing or invalid setting; the message is one line naming the setting. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** The settings with defaults; throws `SettingsError` with one line for all mistakes. */
export function parseSettings(given: unknown): Settings {
  return checked(settingsSchema, given);
}

/** The settings of a deployed function: unknown keys are no mistake. */
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

/** The name of a standard field in the settings. */
function localNameOf(apiName: string): string | undefined {
  return SALESFORCE_TYPES.flatMap((type) => LOCAL_NAMES[type].get(apiName) ?? [])[0];
}

/** The settings about fields. */
export function syncPolicy(settings: Settings): SyncPolicy {
  const { LastName, Company } = settings.defaults;
  const defaults = { ...(LastName ? { LastName } : {}), ...(Company ? { Company } : {}) };
  const { conflictWinner, fields, duplicates } = settings;
  return { conflictWinner, fields, defaults, onDuplicateAlert: duplicates.onAlert };
}
