import { cdkContext } from '../../cdk/cdk-context.ts';
import { settingsIn } from '../../cdk/read-settings.ts';
import { type Settings, SettingsError } from '../../lib/lambda/settings.ts';
import { UsageError } from '../../lib/operator/command-line.ts';
import type { SandboxOptions } from './sandbox-options.ts';

/**
 * The settings of cdk.json, with what differs on one machine: no authorizer; its own console; no long wait for a cycle that died, for
 * there is one poll at a time; and, with an org on this machine, none for what Salesforce may still do with a request
 * that was lost, which takes ten minutes there and seconds here.
 */
export function sandboxSettings(options: SandboxOptions): Settings {
  const { lagSeconds, lookbackSeconds } = options;
  const { salesforceSecretKeyArn: _key, console: _console, ...deployed } = deployedSettings();
  return {
    ...deployed,
    sandbox: true,
    salesforceSecretName: 'lockstep/salesforce',
    auth: 'none',
    scheduleEnabled: true,
    cycleLeaseSeconds: 10,
    ...(isOrgHere(options) && { salesforceTimeoutSeconds: 10, pushLeaseSeconds: 20 }),
    ...(lagSeconds !== undefined && { lagSeconds }),
    ...(lookbackSeconds !== undefined && { lookbackSeconds }),
  };
}

/** An org that this machine serves is a simulated one, started by the sandbox or apart. */
function isOrgHere({ salesforce }: SandboxOptions): boolean {
  return (
    salesforce === undefined || ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(salesforce.loginUrl).hostname)
  );
}

function deployedSettings(): Settings {
  try {
    return settingsIn(cdkContext().lockstep);
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(`cdk.json: ${error.message}`);
    throw error;
  }
}
