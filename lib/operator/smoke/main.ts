import { apiUrlIn, signOrTokenFor } from '../call-api.ts';
import { type Command, readArguments, UsageError } from '../command-line.ts';
import { examine } from '../doctor/finding.ts';
import { printFindings } from '../doctor/print-findings.ts';
import { runProgram } from '../run-program.ts';
import { smokeChecks } from './api-answers.ts';

const options = {
  url: { value: 'URL', about: 'the API: the output ApiUrl of the stack' },
  json: { about: 'print the findings as JSON, one a line' },
} as const;

const command: Command<typeof options> = {
  name: 'npm run smoke',
  about:
    'After a deployment: does the API answer, is it closed to strangers, is it in step? Exit code 1 where not. Reads only.',
  options,
  notes: [
    'Calls are signed with your AWS credentials; with LOCKSTEP_TOKEN set, calls carry the token instead (auth.jwt).',
  ],
};

async function main(): Promise<number> {
  const { options: typed } = readArguments(command, process.argv.slice(2));
  if (typed.url === undefined) throw new UsageError('--url URL is missing: the output ApiUrl of the stack');
  const url = apiUrlIn('--url', typed.url);
  const findings = examine(smokeChecks({ url, sign: signOrTokenFor(url), now: Date.now }));
  return printFindings(findings, { json: typed.json === true });
}

await runProgram(main);
