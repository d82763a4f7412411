const HOUR = 3_600_000;
const DAY_HOURS = 24;

/** Requests that take 20 seconds or longer, of which no more than this may run at once in a production org. */
const MAX_LONG_REQUESTS = 25;
const LONG_MS = 20_000;

/**
 * The org's API limits: a day's requests, counted over the last 24 hours, and long requests at once.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm}
 */
export class Limits {
  readonly maxRequests: { daily: number };
  readonly #byHour = new Map<number, number>();
  #longUntil: number[] = [];

  constructor(daily: number) {
    this.maxRequests = { daily };
  }

  clear(): void {
    this.#byHour.clear();
    this.#longUntil = [];
  }

  count(now: number): void {
    const hour = Math.floor(now / HOUR);
    this.#byHour.set(hour, (this.#byHour.get(hour) ?? 0) + 1);
  }

  used(now: number): number {
    const oldest = Math.floor(now / HOUR) - DAY_HOURS;
    let used = 0;
    for (const [hour, requests] of this.#byHour) {
      if (hour <= oldest) this.#byHour.delete(hour);
      else used += requests;
    }
    return used;
  }

  isExhausted(now: number): boolean {
    return this.used(now) >= this.maxRequests.daily;
  }

  /** A request that will have run for so long is one of the long ones from its start on. */
  began(now: number, milliseconds: number): void {
    if (milliseconds >= LONG_MS) this.#longUntil.push(now + milliseconds);
  }

  tooManyLong(now: number): boolean {
    this.#longUntil = this.#longUntil.filter((until) => until > now);
    return this.#longUntil.length >= MAX_LONG_REQUESTS;
  }
}
