import { SettingsError } from '../lib/lambda/settings.ts';
import { cdkContext } from './cdk-context.ts';
import { settingsIn } from './read-settings.ts';

// Checked before the `cdk` command, which always exits with 1 and prints more than the line naming the mistake.
try {
  settingsIn(cdkContext().lockstep);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
