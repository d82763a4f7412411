import { createApp } from '../../cdk/build-app.ts';
import { readSettings } from '../../cdk/read-settings.ts';
import { type Settings, SettingsError } from '../../lib/lambda/settings.ts';
import { type SandboxOptions, UsageError } from './sandbox-options.ts';

/**
 * The settings of cdk.json, with what differs on one machine: no authorizer; and no wait for what Salesforce may still
 * do with a request that was lost, which takes ten minutes there and seconds here.
 */
export function sandboxSettings(options: SandboxOptions): Settings {
  const { lagSeconds, lookbackSeconds } = options;
  return {
    ...deployedSettings(),
    auth: 'none',
    scheduleEnabled: true,
    ...(options.salesforce === undefined && { salesforceTimeoutSeconds: 10, pushLeaseSeconds: 20 }),
    ...(lagSeconds !== undefined && { lagSeconds }),
    ...(lookbackSeconds !== undefined && { lookbackSeconds }),
  };
}

function deployedSettings(): Settings {
  try {
    return readSettings(createApp());
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(`cdk.json: ${error.message}`);
    throw error;
  }
}
