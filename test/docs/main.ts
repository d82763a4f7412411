import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readArguments } from '../../lib/operator/command-line.ts';
import { runProgram } from '../../lib/operator/run-program.ts';
import { apiPage } from './api-page.ts';

const COMMAND = {
  name: 'npm run api-page',
  about: 'Writes functions/README.md from the OpenAPI document.',
  options: {},
} as const;

async function main(): Promise<number> {
  readArguments(COMMAND, process.argv.slice(2));
  writeFileSync(fileURLToPath(new URL('../../functions/README.md', import.meta.url)), apiPage());
  return 0;
}

await runProgram(main);
