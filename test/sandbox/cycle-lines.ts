import type { CycleReport } from '../../lib/sync/ports/sync-state-store.ts';
import type { RuntimeEvent } from './runtime/runtime-event.ts';

/**
 * What the sandbox tells of an event in one readable line, or undefined for what only a debugger would read: a line a
 * cycle, and whatever went wrong.
 */
export function lineOf(event: RuntimeEvent): string | undefined {
  switch (event.type) {
    case 'line':
      return logLine(event.function, event.line);
    case 'invocation':
      if (event.outcome === 'success' || event.outcome === 'throttled') return undefined;
      return `${event.function}: ${event.outcome} after ${Math.round(event.durationMs)} ms`;
    case 'trigger-error':
      return `${event.function}: ${event.trigger} trigger: ${event.error.message}`;
    case 'cold-start':
      return undefined;
  }
}

/** A report that a cycle's line is made of, where the log line holds one. */
export function reportIn(event: RuntimeEvent): CycleReport | undefined {
  return event.type === 'line' ? parsedLine(event.line)?.report : undefined;
}

interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly report?: CycleReport;
  readonly error?: { readonly name?: string; readonly code?: string };
}

function logLine(name: string, line: string): string | undefined {
  const parsed = parsedLine(line);
  const failed = parsed?.error === undefined ? '' : `: ${parsed.error.code ?? parsed.error.name ?? 'error'}`;
  if (parsed?.report !== undefined) return cycleLine(parsed.report) + failed;
  return parsed?.level === 'ERROR' ? `${name}: ${parsed.message ?? 'error'}${failed}` : undefined;
}

function cycleLine(report: CycleReport): string {
  const pulled = Object.entries(report.pulled).map(([type, count]) => `${count} ${type}s`);
  const seconds = ((Date.parse(report.endedAt) - Date.parse(report.startedAt)) / 1000).toFixed(1);
  const calls = `${report.calls} Salesforce call${report.calls === 1 ? '' : 's'}`;
  const outcome = report.outcome === 'complete' ? '' : `, ${report.outcome}`;
  return (
    `${report.endedAt.slice(11, 19)} cycle ${report.cycle}: pulled ${pulled.join(', ') || 'nothing'}; ` +
    `${report.handedOut} to push; ${calls}, ${seconds} s${outcome}`
  );
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
