import { SettingsError } from '../lib/lambda/settings.ts';
import { cdkContext } from './cdk-context.ts';
import { settingsIn } from './read-settings.ts';

// The `cdk` command ends with 1 whatever its app ends with, and prints more than the line that names the mistake.
try {
  settingsIn(cdkContext().lockstep);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
