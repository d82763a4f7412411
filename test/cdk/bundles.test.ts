import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../cdk/build-app.ts';
import { environmentSchema, type FunctionName } from '../../lib/lambda/environment.ts';
import { parseSettings } from '../../lib/lambda/settings.ts';

const outdir = mkdtempSync(join(tmpdir(), 'lockstep-bundles-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

buildApp(parseSettings({}), { outdir }).synth();

interface AssetManifest {
  readonly files: Readonly<
    Record<string, { readonly displayName: string; readonly source: { readonly path: string } }>
  >;
}

const manifest = JSON.parse(readFileSync(join(outdir, 'LockstepSync.assets.json'), 'utf8')) as AssetManifest;

/** The one file of a function's bundle. */
function bundleOf(construct: string): string {
  const [asset] = Object.values(manifest.files).filter(({ displayName }) => displayName === `${construct}/Code`);
  if (asset === undefined) throw new Error(`no asset is called ${construct}/Code`);
  return join(outdir, asset.source.path, 'index.mjs');
}

interface Bundle {
  readonly name: FunctionName;
  readonly construct: string;
  readonly maxBytes: number;
}

// What a cold start has to read: https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html
const bundles: readonly Bundle[] = [
  { name: 'poll', construct: 'Poll', maxBytes: 900_000 },
  { name: 'merge', construct: 'Merge', maxBytes: 900_000 },
  { name: 'sync-person', construct: 'SyncPerson', maxBytes: 900_000 },
  { name: 'persons', construct: 'Persons', maxBytes: 410_000 },
  { name: 'operate', construct: 'Operate', maxBytes: 500_000 },
];

describe.each(bundles)('the bundle of $name', ({ construct, maxBytes }) => {
  const file = bundleOf(construct);

  it('loads by itself with nothing but its own variables', () => {
    const values: Readonly<Record<string, string>> = {
      LOCKSTEP_SETTINGS: '{}',
      CHANGES_QUEUE_URL: 'https://queue.example.com/changes',
      BACKLOG_QUEUE_URL: 'https://queue.example.com/backlog',
      DEAD_LETTER_QUEUE_URL: 'https://queue.example.com/dead',
      MISSED_POLLS_QUEUE_URL: 'https://queue.example.com/missed',
    };
    const names = Object.keys(environmentSchema.shape);
    const env = Object.fromEntries(names.map((variable) => [variable, values[variable] ?? 'given']));
    const script = `console.log(typeof (await import('${pathToFileURL(file).href}')).handler)`;
    const node = ['--input-type=module', '--eval', script];
    expect(
      execFileSync(process.execPath, node, { env: { ...env, AWS_REGION: 'eu-west-1' }, cwd: outdir, encoding: 'utf8' }),
    ).toBe('function\n');
  });

  it(`stays below ${maxBytes / 1_000} kB`, () => {
    expect(statSync(file).size).toBeLessThanOrEqual(maxBytes);
  });
});

it.each(['Persons', 'Operate'])('the function %s does without the Salesforce client', (construct) => {
  expect(readFileSync(bundleOf(construct), 'utf8')).not.toContain('jsforce');
});
