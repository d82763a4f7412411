import { buildConsole } from '../build-console.ts';
import { apiUrlOf, DEFAULT_STACK, signFor } from '../call-api.ts';
import { type Command, readArguments, UsageError, wholeNumber } from '../command-line.ts';
import { orInterrupted, runProgram } from '../run-program.ts';
import { serveConsole } from './serve-console.ts';

const options = {
  stack: { value: 'NAME', about: 'the deployed stack whose API it is (LockstepSync)' },
  api: { value: 'URL', about: 'the API itself, instead of a stack' },
  port: { value: 'P', about: 'port on this machine (4600)' },
} as const;

const command: Command<typeof options> = {
  name: 'npm run console',
  about: 'Serves the console on this machine, over a deployed API. Calls are signed with your AWS credentials.',
  options,
  notes: ['Credentials and region are those of the AWS CLI: environment, profile, or single sign-on.'],
};

async function main(signal: AbortSignal): Promise<number> {
  const { options: typed } = readArguments(command, process.argv.slice(2));
  const port = wholeNumber('--port', typed.port ?? '4600', 0, 65_535);
  const apiUrl = await apiUrlOf(typed);
  const folder = await buildConsole();
  const place = typed.api ?? typed.stack ?? DEFAULT_STACK;
  const served = await serveConsole({ folder, apiUrl, place, sign: signFor(apiUrl), port }).catch(portTaken(port));
  process.stdout.write(`console    ${served.url}\nAPI        ${apiUrl.href}\nCtrl-C ends it\n`);
  try {
    return await orInterrupted(signal, new Promise<never>(() => undefined));
  } finally {
    await served.close();
  }
}

function portTaken(port: number): (error: unknown) => never {
  return (error) => {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === 'EADDRINUSE') throw new UsageError(`port ${port} is taken: choose another with --port`);
    throw error;
  };
}

await runProgram(main, { interruptedCode: 0 });
