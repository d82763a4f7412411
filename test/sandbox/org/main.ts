import { parseArgs } from 'node:util';
import { createOrg } from './create-org.ts';

const DEFAULT_PORT = 4501;

const HELP = `npm run org -- [options]

Runs the simulated Salesforce org alone, on 127.0.0.1, until Ctrl-C.

  --port P           port (${DEFAULT_PORT}; 0: any that is free)
  --seed-records N   Leads and Contacts to begin with (0)
  --help             print this text`;

/** A wrong option or a taken port: one line, and exit code 2. */
function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function readNumber(name: string, text: string, max: number): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isInteger(number) || number < 0 || number > max) {
    stop(`--${name} must be a whole number from 0 to ${max}, not "${text}"`);
  }
  return number;
}

function readOptions(): { port: number; seedRecords: number } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: String(DEFAULT_PORT) },
        'seed-records': { type: 'string', default: '0' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(`${HELP}\n`);
      process.exit(0);
    }
    return {
      port: readNumber('port', values.port, 65_535),
      seedRecords: readNumber('seed-records', values['seed-records'], 2_000_000),
    };
  } catch (error) {
    return stop(error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error));
  }
}

async function main(): Promise<void> {
  const { port, seedRecords } = readOptions();
  const org = createOrg();
  // Two of three records are Leads, as in most orgs' inbound funnels.
  const contacts = Math.floor(seedRecords / 3);
  if (seedRecords > 0) org.seed({ leads: seedRecords - contacts, contacts, seed: 1 });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
  const url = await org.listen(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') stop(`Port ${port} is taken; choose another with --port`);
    if (error.code === 'EACCES') stop(`Port ${port} may not be used; choose another with --port`);
    throw error;
  });
  process.stdout.write(`Simulated Salesforce org at ${url} (client id and secret: lockstep, or admin)\n`);
}

await main();
