import { UsageError } from './sandbox-options.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface ProgramOptions {
  /** What the process exits with when it was interrupted. */
  readonly interruptedCode: number;
}

/**
 * Runs a program's work and exits with the code that it gives: 2 and one line for a wrong option, 1 for an error. The
 * first signal only aborts the work, which closes what it started; a second one ends the process at once.
 */
export async function runProgram(
  work: (signal: AbortSignal) => Promise<number>,
  { interruptedCode }: ProgramOptions,
): Promise<never> {
  const interruption = new AbortController();
  for (const signal of SIGNALS) process.once(signal, () => interruption.abort());
  const code = await work(interruption.signal).catch((error: unknown) => {
    if (interruption.signal.aborted) return interruptedCode;
    return tell(error);
  });
  process.exit(code);
}

function tell(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

/** Settles as `work` does, or rejects as soon as the signal is aborted. */
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
