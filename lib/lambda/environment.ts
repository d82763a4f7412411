import * as z from 'zod/mini';
import { parseSettings, type Settings, SettingsError } from './settings.ts';

const text = z.string().check(z.minLength(1));

/**
 * The environment variables of each function, one schema a function: the CDK app hands out exactly these names, the
 * function reads exactly these at cold start.
 */
export const environmentSchemas = {
  poll: z.object({ TABLE_NAME: text, CHANGES_QUEUE_URL: text, LOCKSTEP_SETTINGS: text }),
  merge: z.object({ TABLE_NAME: text, CHANGES_QUEUE_URL: text, LOCKSTEP_SETTINGS: text }),
  'sync-person': z.object({ TABLE_NAME: text, LOCKSTEP_SETTINGS: text }),
  persons: z.object({ TABLE_NAME: text, CHANGES_QUEUE_URL: text, LOCKSTEP_SETTINGS: text }),
} as const;

export type FunctionName = keyof typeof environmentSchemas;

/** How often a message is delivered to the merge before it goes to the dead-letter queue. */
export const MAX_DELIVERIES = 5;

/** What a function must be given, by variable name. */
export type EnvironmentOf<Name extends FunctionName> = z.infer<(typeof environmentSchemas)[Name]>;

/** A function's environment and settings; throws `SettingsError` with one line that names what is missing or wrong. */
export function readEnvironment<Name extends FunctionName>(
  name: Name,
  environment: Readonly<Record<string, string | undefined>>,
): EnvironmentOf<Name> & { readonly settings: Settings } {
  const parsed = z.safeParse(environmentSchemas[name], environment);
  if (!parsed.success) {
    const missing = parsed.error.issues.map((issue) => issue.path.join('.'));
    throw new SettingsError(`${name}: environment variable missing or empty: ${missing.join(', ')}`);
  }
  // The schema of this name gave these values; the compiler cannot follow the index.
  const values = parsed.data as EnvironmentOf<Name>;
  return { ...values, settings: parseSettings(parsedJson(values.LOCKSTEP_SETTINGS)) };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SettingsError('LOCKSTEP_SETTINGS is not JSON', { cause });
  }
}
