/** The org's own time, in milliseconds since the epoch. It never goes back. */
export interface OrgClock {
  now(): number;
  /** Moves the clock forward, so that hours pass at once. */
  advance(seconds: number): void;
}

/** A clock that runs with `source` (the machine's clock unless told otherwise) and can be moved ahead of it. */
export function createClock(source: () => number = Date.now): OrgClock {
  let offset = 0;
  let latest = 0;
  return {
    now() {
      latest = Math.max(latest, source() + offset);
      return latest;
    },
    advance(seconds) {
      offset += seconds * 1000;
    },
  };
}

/**
 * A date-time as the REST API renders it, cut to the second: stamps have a resolution of one second.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/system_fields.htm}
 */
export function toStamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.000+0000`;
}

/** The date part of the org's time (UTC). */
export function toDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

export function fromStamp(stamp: string): number {
  return Date.parse(stamp.replace('+0000', 'Z'));
}
