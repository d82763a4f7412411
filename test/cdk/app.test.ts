import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../cdk/build-app.ts';
import type { SyncFunction } from '../../cdk/sync-function.ts';
import { parseSettings } from '../../lib/lambda/settings.ts';
import { consoleFolder } from './synthesised.ts';

const outdir = mkdtempSync(join(tmpdir(), 'lockstep-cdk-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

interface ValidationReport {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly conclusion: string;
    readonly violations: readonly unknown[];
    readonly suppressedViolations?: readonly { readonly reason: string }[];
  }[];
}

const jwt = { issuer: 'https://login.example.com', audience: ['lockstep'] };

describe.each([
  { auth: 'iam' },
  { auth: 'none', sandbox: true },
  { auth: { jwt } },
  { auth: { jwt }, console: { clientId: 'console' } },
])('with %j', (settings) => {
  buildApp(parseSettings(settings), { outdir, bundling: false, consoleFolder }).synth();
  const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as ValidationReport;

  it('passes both rule packs', () => {
    const results = report.pluginReports.map(({ pluginName, violations }) => [pluginName, violations]);
    expect(results).toContainEqual(['AwsSolutions', []]);
    expect(results).toContainEqual(['Serverless', []]);
  });

  it('gives a reason for each rule that it sets aside', () => {
    const setAside = report.pluginReports.flatMap(({ suppressedViolations = [] }) => suppressedViolations);
    expect(setAside.length).toBeGreaterThan(0);
    for (const { reason } of setAside) expect(reason.length).toBeGreaterThan(30);
  });
});

/** What `cdk` runs, as it runs it: the context comes in through the environment. */
async function runApp(
  lockstep: unknown,
  further: object = {},
): Promise<{ readonly code: unknown; readonly stderr: string }> {
  const context = { lockstep, ...further, 'aws:cdk:bundling-stacks': [] };
  const env = { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) };
  const app = new URL('../../cdk/app.ts', import.meta.url).pathname;
  try {
    const { stderr } = await promisify(execFile)(process.execPath, [app], { env });
    return { code: 0, stderr };
  } catch (error) {
    const { code, stderr } = error as { readonly code: unknown; readonly stderr: string };
    return { code, stderr };
  }
}

describe('node cdk/app.ts', { timeout: 300_000 }, () => {
  it('takes the settings as the text that the command line gives', async () => {
    expect(await runApp('{"auth":"iam","lagSeconds":7}')).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(join(outdir, 'LockstepSync.template.json'), 'utf8')).toContain('\\"lagSeconds\\":7');
  });

  it('takes the stage as a context key of its own', async () => {
    expect(await runApp({ stage: 'other' }, { stage: 'test' })).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(join(outdir, 'LockstepSync-test.template.json'), 'utf8')).toContain('lockstep-test');
  });

  it.each([
    ['lockstep: the context value is not JSON', '{"auth":'],
    ['lockstep: Unrecognized key: "lookback"', { lookback: 5 }],
    ['lockstep.objects.0: Invalid option: expected one of "Lead"|"Contact"', { objects: ['Account'] }],
    [
      'lockstep.fields.pushOnly: Title is in fields.pullOnly too',
      { fields: { pullOnly: ['Title'], pushOnly: ['Title'] } },
    ],
    ['lockstep.auth: "none" is allowed only in the sandbox', { auth: 'none' }],
    ['lockstep.sandbox: is set by the sandbox alone', { auth: 'none', sandbox: true }],
    ['lockstep.cycleLeaseSeconds: takes more than 840', { cycleLeaseSeconds: 300 }],
    ['where a function can be given 3500', { fields: { exclude: ['A'.repeat(4_000)] } }],
  ])('tells a mistake in one line and exits with 2: %s', async (message, given) => {
    const { code, stderr } = await runApp(given);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

it('does not compile a function that lacks a variable', () => {
  type Environment = ConstructorParameters<typeof SyncFunction>[2]['environment'];
  // @ts-expect-error CHANGES_QUEUE_URL is missing
  const environment: Environment = { TABLE_NAME: 'persons', LOCKSTEP_SETTINGS: '{}' };
  expect(Object.keys(environment)).toHaveLength(2);
});

it('cdk.json spells the defaults out', () => {
  const cdkJson = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
    readonly context: { readonly lockstep: unknown };
  };
  expect(parseSettings(cdkJson.context.lockstep)).toEqual(parseSettings({}));
});
