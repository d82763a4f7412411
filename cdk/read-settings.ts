import type { IConstruct } from 'constructs';
import { parseSettings, type Settings, SettingsError } from '../lib/lambda/settings.ts';

/**
 * Maximum size of the settings as JSON. A function's variables are limited to 4 KB in total; without the check only the
 * deployment would fail. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
const maxSettingsBytes = 3_500;

/**
 * The settings in the context key `lockstep`: an object in cdk.json, or JSON text on the command line
 * (`cdk synth -c lockstep='{…}'`). The context key `stage` (`-c stage=test`) overrides the setting. Throws
 * `SettingsError` with one line naming the mistakes.
 */
export function readSettings(scope: IConstruct): Settings {
  const { node } = scope;
  const settings = settingsIn(node.tryGetContext('lockstep'), node.tryGetContext('stage'));
  // A sandbox synth is never deployed.
  if (settings.sandbox && process.env.LOCKSTEP_SANDBOX !== 'yes') {
    throw new SettingsError('lockstep.sandbox: is set by the sandbox alone');
  }
  return settings;
}

/** The settings in values of the context keys `lockstep` and `stage`; throws `SettingsError` like `readSettings`. */
export function settingsIn(context: unknown, stage?: unknown): Settings {
  const given = parsedContext(context);
  const settings = parseSettings(stage === undefined ? given : { ...(given as object), stage });
  const bytes = Buffer.byteLength(JSON.stringify(settings));
  if (bytes <= maxSettingsBytes) return settings;
  throw new SettingsError(`lockstep: ${bytes} bytes of settings, where a function can be given ${maxSettingsBytes}`);
}

function parsedContext(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch (cause) {
    throw new SettingsError('lockstep: the context value is not JSON', { cause });
  }
}
