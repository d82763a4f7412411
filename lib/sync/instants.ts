/** The instant that lies this many milliseconds after (or, negative, before) another. */
export function addMs(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}

/** Milliseconds from one instant to another. */
export function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
