/** The instant plus the milliseconds (negative: before). */
export function addMs(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}

/** Milliseconds from one instant to the next. */
export function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
