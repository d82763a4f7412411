import * as z from 'zod/mini';
import { parseDeployedSettings, type Settings, SettingsError } from './settings.ts';

const text = z.string().check(z.minLength(1));

/** The environment variables of every function: set by the CDK app, read at cold start. */
export const environmentSchema = z.object({
  TABLE_NAME: text,
  CHANGES_QUEUE_URL: text,
  BACKLOG_QUEUE_URL: text,
  DEAD_LETTER_QUEUE_URL: text,
  MISSED_POLLS_QUEUE_URL: text,
  LOCKSTEP_SETTINGS: text,
});

export type Environment = z.infer<typeof environmentSchema>;

export type FunctionName = 'poll' | 'merge' | 'sync-person' | 'persons' | 'operate';

/** Deliveries of a message to the merge before the message moves to the dead-letter queue. */
export const MAX_DELIVERIES = 5;

/** A function's environment and settings; throws `SettingsError` with one line naming the missing or invalid values. */
export function readEnvironment(
  name: FunctionName,
  environment: Readonly<Record<string, string | undefined>>,
): Environment & { readonly settings: Settings } {
  const parsed = z.safeParse(environmentSchema, environment);
  if (!parsed.success) {
    const missing = parsed.error.issues.map((issue) => issue.path.join('.'));
    throw new SettingsError(`${name}: environment variable missing or empty: ${missing.join(', ')}`);
  }
  const settings = parseDeployedSettings(parsedJson(parsed.data.LOCKSTEP_SETTINGS));
  // The endpoint variable is set only in the sandbox, never on AWS.
  if (settings.sandbox && environment.AWS_ENDPOINT_URL_DYNAMODB === undefined) {
    throw new SettingsError(`${name}: lockstep.sandbox: may not be deployed`);
  }
  return { ...parsed.data, settings };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SettingsError('LOCKSTEP_SETTINGS is not JSON', { cause });
  }
}
