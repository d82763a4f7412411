import type { CycleReport } from '../../../lib/sync/state/cycle-report.ts';
import type { RuntimeEvent } from '../runtime/runtime-event.ts';

/** The short name of a function, by its physical one. */
export type FunctionNames = (physicalName: string) => string;

/**
 * What a reader of the terminal has to know of an event: what went wrong, in one line. Undefined for everything else;
 * the report of a cycle is for `reportIn`.
 */
export function troubleIn(event: RuntimeEvent, names: FunctionNames): string | undefined {
  switch (event.type) {
    case 'line':
      return errorLine(names(event.function), event.line);
    case 'invocation':
      if (event.outcome === 'success' || event.outcome === 'throttled') return undefined;
      return `${names(event.function)}: ${event.outcome} after ${Math.round(event.durationMs)} ms: ${reasonIn(event.payload)}`;
    case 'trigger-error':
      return `${names(event.function)}: ${event.trigger} trigger: ${event.error.message}`;
    case 'cold-start':
      return undefined;
  }
}

/** The report of a cycle, where the event is the log line that holds one. */
export function reportIn(event: RuntimeEvent): CycleReport | undefined {
  return event.type === 'line' ? parsedLine(event.line)?.report : undefined;
}

/** Rows that a merge finished, where the event is the log line that counts them. */
export function mergedIn(event: RuntimeEvent): number {
  return event.type === 'line' ? Number(parsedLine(event.line)?.rowsMerged ?? 0) : 0;
}

interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly report?: CycleReport;
  readonly rowsMerged?: string;
  readonly error?: { readonly name?: string; readonly code?: string; readonly message?: string };
}

function errorLine(name: string, line: string): string | undefined {
  const parsed = parsedLine(line);
  if (parsed?.level !== 'ERROR' || parsed.report !== undefined) return undefined;
  const { error } = parsed;
  const why =
    error === undefined ? '' : `: ${[error.code ?? error.name ?? 'error', error.message].filter(Boolean).join(': ')}`;
  return `${name}: ${parsed.message ?? 'error'}${why}`;
}

/** The message of the error object that Lambda answers with. */
function reasonIn(payload: string): string {
  const message = /"errorMessage":"((?:[^"\\]|\\.)*)"/.exec(payload)?.[1];
  return message === undefined ? payload.slice(0, 200) : (JSON.parse(`"${message}"`) as string);
}

function parsedLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogLine;
  } catch (error) {
    // A line of the function's own that only looks like one of the logger's.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
