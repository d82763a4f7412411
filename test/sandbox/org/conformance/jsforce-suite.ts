import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { SUITE } from './left-out.ts';

/** One test as the suite's own runner reports it. */
export interface SuiteTest {
  readonly file: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** First line of what went wrong. */
  readonly problem: string;
}

interface Suite {
  /** Where jsforce's repository is, installed and built. */
  readonly folder: string;
  readonly orgUrl: string;
  readonly accessToken: string;
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

/** Runs jsforce's own tests, unchanged, with a configuration that leads them to the org. */
export async function runSuite(suite: Suite): Promise<SuiteTest[]> {
  const folder = await mkdtemp(join(tmpdir(), 'org-conformance-'));
  try {
    await writeFile(join(folder, 'config.js'), configOf(suite));
    await writeFile(join(folder, 'jest.json'), JSON.stringify(jestConfig(suite.folder, join(folder, 'config.js'))));
    const report = join(folder, 'report.json');
    await runJest(suite.folder, ['--config', join(folder, 'jest.json'), '--outputFile', report]);
    return testsOf(await readFile(report, 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** In the place of the suite's `test/config`: standard objects stand in for the custom ones of its scratch org. */
function configOf({ orgUrl, accessToken }: Suite): string {
  const config = { loginUrl: orgUrl, accessToken, bigTable: 'Lead', upsertTable: 'Account', upsertField: 'ExtId__c' };
  return `exports.__esModule = true; exports.default = ${JSON.stringify({ username: '', password: '', ...config })};`;
}

function jestConfig(rootDir: string, config: string): unknown {
  return {
    rootDir,
    testMatch: ['**/test/*.test.ts'],
    setupFilesAfterEnv: ['./jest.setup.js'],
    moduleNameMapper: { '^jsforce$': '<rootDir>', '^jsforce/(.+)': '<rootDir>/$1', '^\\./config$': config },
  };
}

async function runJest(folder: string, options: readonly string[]): Promise<void> {
  const jest = join(folder, 'node_modules', 'jest', 'bin', 'jest.js');
  const files = SUITE.map((name) => join(folder, 'test', `${name}.test.ts`));
  const flags = [...options, '--json', '--runInBand', '--forceExit', '--silent', '--runTestsByPath'];
  const child = spawn(process.execPath, [jest, ...flags, ...files], { cwd: folder, stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
}

function testsOf(report: string): SuiteTest[] {
  return reportSchema.parse(JSON.parse(report)).testResults.flatMap(({ name, message, assertionResults }) => {
    const file = basename(name, '.test.ts');
    if (assertionResults.length === 0) return [{ file, name: 'the file as a whole', ...failed(message) }];
    return assertionResults.map(({ fullName, status, failureMessages }): SuiteTest => {
      if (status === 'failed') return { file, name: fullName, ...failed(failureMessages[0] ?? '') };
      return { file, name: fullName, outcome: status === 'passed' ? 'passed' : 'skipped', problem: '' };
    });
  });
}

function failed(message: string): Pick<SuiteTest, 'outcome' | 'problem'> {
  return { outcome: 'failed', problem: message.split('\n')[0] ?? '' };
}
