import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createOrg } from '../create-org.ts';
import { runSuite } from './jsforce-suite.ts';
import { reportOf } from './report.ts';

const HELP = `npm run org:conformance -- --jsforce FOLDER

Runs jsforce's own test suite, unchanged, against the simulated org and prints how many of its tests pass.
FOLDER is a clone of https://github.com/jsforce/jsforce in which you have run:

  npm ci --ignore-scripts && npx tsc -p .

  --jsforce FOLDER   the clone
  --help             print this text

Exit code 1: a test failed that needs nothing of what the org leaves out.`;

/** More rows than jsforce fetches at once by default, and some Accounts. */
const ROWS = { leads: 7_000, contacts: 200, seed: 1 };

/** A wrong option: one line, and exit code 2. */
function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function readFolder(): string {
  try {
    const { values } = parseArgs({ options: { jsforce: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help === true) {
      process.stdout.write(`${HELP}\n`);
      process.exit(0);
    }
    return checked(values.jsforce);
  } catch (error) {
    return stop(error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error));
  }
}

function checked(folder: string | undefined): string {
  if (folder === undefined) return stop('--jsforce must name a clone of https://github.com/jsforce/jsforce');
  for (const needed of ['test', 'node_modules/jest', 'lib/index.js']) {
    if (existsSync(join(folder, needed))) continue;
    return stop(`${folder} has no ${needed}: run "npm ci --ignore-scripts && npx tsc -p ." in a clone of jsforce`);
  }
  return resolve(folder);
}

async function main(): Promise<void> {
  const folder = readFolder();
  const org = createOrg();
  org.seed(ROWS);
  const orgUrl = await org.listen(0);
  const key = { object: 'Account', name: 'ExtId__c', type: 'string', length: 50, externalId: true };
  await fetch(`${orgUrl}/_org/fields`, { method: 'POST', body: JSON.stringify(key) });
  const form = { grant_type: 'client_credentials', client_id: 'admin', client_secret: 'admin' };
  const token = await fetch(`${orgUrl}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: accessToken } = (await token.json()) as { access_token: string };
  const report = reportOf(await runSuite({ folder, orgUrl, accessToken }));
  await org.close();
  process.stdout.write(`${report.lines.join('\n')}\n`);
  process.exitCode = report.failures > 0 ? 1 : 0;
}

await main();
