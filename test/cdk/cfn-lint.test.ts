import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildApp } from '../../cdk/build-app.ts';
import { parseSettings } from '../../lib/lambda/settings.ts';
import { consoleFolder } from './synthesised.ts';

/** An older one does not know what CloudFormation has learnt since. */
const LEAST_VERSION = [1, 58];

/**
 * Two warnings are about templates as the CDK writes them: a dependency said twice (W3005), and an output that hands on
 * what another stack exports (W6001).
 */
const IGNORED = 'W3005,W6001';

const outdir = mkdtempSync(join(tmpdir(), 'lockstep-lint-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

function isInstalled(): boolean {
  const { stdout } = spawnSync('cfn-lint', ['--version'], { encoding: 'utf8' });
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(stdout ?? '') ?? []).map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST_VERSION;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

const jwt = { issuer: 'https://login.example.com', audience: ['lockstep'] };

// CloudFormation's own linter is a Python program: it runs where somebody has installed it.
test
  .skipIf(!isInstalled())
  .each([
    {},
    { stage: 'test', alarmEmail: 'on-call@example.com', scheduleEnabled: false, tableName: 'persons' },
    { auth: { jwt }, console: { clientId: 'console' } },
  ])('cfn-lint has nothing to say of the templates with %j', (settings) => {
  buildApp(parseSettings(settings), { outdir, bundling: false, consoleFolder }).synth();
  const templates = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
  expect(templates.length).toBeGreaterThanOrEqual(2);
  const paths = templates.map((name) => join(outdir, name));
  const { stdout, status } = spawnSync('cfn-lint', ['--ignore-checks', IGNORED, '--', ...paths], { encoding: 'utf8' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});
