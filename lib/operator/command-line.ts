import { parseArgs } from 'node:util';

/** A wrong option, setting or credential. The message is one line; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Thrown for `--help`: the message is the help text, the exit code is 0. */
export class HelpRequest extends Error {
  override readonly name = 'HelpRequest';
}

/** One option. With `value` (`P`, `FILE`) the option takes a value of the given name, otherwise none. */
export interface CommandOption {
  readonly value?: string;
  /** Description of the option, with the default. */
  readonly about: string;
  /** The environment variable read where the option is absent. */
  readonly environment?: string;
}

/** One command: the source of `--help` and of the checks of the command line. */
export interface Command<Options extends Readonly<Record<string, CommandOption>>> {
  /** As typed, up to the options: `npm start`, `npm run import`. */
  readonly name: string;
  readonly about: string;
  readonly options: Options;
  /** A positional argument: `FILE.csv`. */
  readonly argument?: { readonly name: string; readonly about: string };
  /** Further lines of the help, below the options. */
  readonly notes?: readonly string[];
}

/** The values as typed: text for an option with a value, true for an option without. */
export type OptionValues<Options extends Readonly<Record<string, CommandOption>>> = {
  readonly [Name in keyof Options]?: Options[Name] extends { readonly value: string } ? string : boolean;
};

export interface Arguments<Options extends Readonly<Record<string, CommandOption>>> {
  readonly options: OptionValues<Options>;
  /** Undefined if not typed. */
  readonly argument: string | undefined;
}

/** Parses a command line. Throws `UsageError` for anything unknown, and `HelpRequest` for `--help`. */
export function readArguments<const Options extends Readonly<Record<string, CommandOption>>>(
  command: Command<Options>,
  args: readonly string[],
): Arguments<Options> {
  if (args.includes('--help') || args.includes('-h')) throw new HelpRequest(helpOf(command));
  const types = Object.entries(command.options).map(([name, { value }]) => {
    return [name, { type: value === undefined ? ('boolean' as const) : ('string' as const) }];
  });
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: Object.fromEntries(types),
      strict: true,
      allowPositionals: command.argument !== undefined,
    });
    const [argument, second] = positionals;
    if (second !== undefined) throw new UsageError(`Unexpected argument '${second}'`);
    return { options: values as OptionValues<Options>, argument };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // The parser's first sentence names the option; the following sentences are irrelevant.
    throw new UsageError(error instanceof Error ? (error.message.split(/\.\s/)[0] ?? error.message) : String(error));
  }
}

/** A whole number within limits; throws `UsageError` naming `source`. */
export function wholeNumber(source: string, text: string, min: number, max: number): number {
  if (/^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new UsageError(`${source} takes a whole number from ${min} to ${max}, not "${text}"`);
}

/** The help text of a command. */
export function helpOf(command: Command<Readonly<Record<string, CommandOption>>>): string {
  const { name, about, options, argument, notes = [] } = command;
  const typed = Object.entries(options).map(
    ([option, { value }]) => `--${option}${value === undefined ? '' : ` ${value}`}`,
  );
  const rows = [
    ...(argument === undefined ? [] : [[argument.name, argument.about]]),
    ...Object.values(options).map(({ about: what, environment }, index) => {
      return [typed[index] ?? '', environment === undefined ? what : `${what}; or ${environment}`];
    }),
    ['--help', 'print this text'],
  ];
  const width = Math.max(...rows.map(([left = '']) => left.length)) + 3;
  const dashes = name === 'npm start' || name.startsWith('npm run') ? ' --' : '';
  return [
    `${name}${dashes}${argument === undefined ? '' : ` ${argument.name}`}${typed.length > 0 ? ' [options]' : ''}`,
    '',
    about,
    '',
    ...rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}${right}`),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}
