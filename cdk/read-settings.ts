import type { IConstruct } from 'constructs';
import { z } from 'zod/mini';
import { parseSettings, type Settings, SettingsError } from '../lib/lambda/settings.ts';

/**
 * The settings in the context key `lockstep`: an object in cdk.json, or JSON text where they are given on the command
 * line (`cdk synth -c lockstep='{…}'`). Throws `SettingsError` with one line that names the mistakes.
 */
export function readSettings(scope: IConstruct): Settings {
  // The small build of zod says only "Invalid input" until it is given words for what was expected.
  z.config(z.locales.en());
  return parseSettings(parsedContext(scope.node.tryGetContext('lockstep')));
}

function parsedContext(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch (cause) {
    throw new SettingsError('lockstep: the context value is not JSON', { cause });
  }
}
