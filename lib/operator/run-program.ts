import { HelpRequest, UsageError } from './command-line.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface ProgramOptions {
  /** The exit code after an interruption. */
  readonly interruptedCode: number;
}

/**
 * Runs a program's work and exits with the returned code: 2 and one line for a wrong option, 1 for an error, 0 after
 * `--help`. With options the first signal aborts the work, which closes all resources; a second signal ends the process
 * at once. Without options nothing needs closing: the first signal ends the process.
 */
export async function runProgram(work: () => Promise<number>): Promise<never>;
export async function runProgram(
  work: (signal: AbortSignal) => Promise<number>,
  options: ProgramOptions,
): Promise<never>;
export async function runProgram(
  work: (signal: AbortSignal) => Promise<number>,
  options?: ProgramOptions,
): Promise<never> {
  const interruption = new AbortController();
  if (options !== undefined) for (const signal of SIGNALS) process.once(signal, () => interruption.abort());
  const code = await work(interruption.signal).catch((error: unknown) => {
    if (options !== undefined && interruption.signal.aborted) return options.interruptedCode;
    return report(error);
  });
  process.exit(code);
}

function report(error: unknown): number {
  if (error instanceof HelpRequest) {
    process.stdout.write(`${error.message}\n`);
    return 0;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

/** Settles like `work`, or rejects as soon as the signal is aborted. */
export async function orInterrupted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const interrupted = Promise.withResolvers<never>();
  const interrupt = () => interrupted.reject(signal.reason);
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await Promise.race([work, interrupted.promise]);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
