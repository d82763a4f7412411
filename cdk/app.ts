import { SettingsError } from '../lib/lambda/settings.ts';
import { buildConsole } from '../lib/operator/build-console.ts';
import { addStacks, createApp } from './build-app.ts';
import { readSettings } from './read-settings.ts';

try {
  const app = createApp();
  const settings = readSettings(app);
  addStacks(app, settings, settings.console && (await buildConsole()));
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
