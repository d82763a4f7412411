import { SettingsError } from '../lib/lambda/settings.ts';
import { addStacks, createApp } from './build-app.ts';
import { readSettings } from './read-settings.ts';

try {
  const app = createApp();
  addStacks(app, readSettings(app));
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
