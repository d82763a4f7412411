/** Our own clock. It may differ from Salesforce's, and between two workers, by minutes. */
export interface Clock {
  /** ISO 8601 in UTC with milliseconds. */
  now(): string;

  /** Resolves after this many milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

/** The instant that lies this many milliseconds after (or, negative, before) another. */
export function addMs(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}

/** Milliseconds from one instant to another. */
export function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
