/**
 * Subrequests of a composite request, less a read before and one after.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite_post.htm
 */
export const MOST_ROWS = 23;

/**
 * How long a push shall take: from 20 s on a request counts as long-running, and an org allows few of those at once.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
 */
const AIM_MS = 10_000;

/**
 * How many rows a push takes. The org's automation runs once for each row, one after another, so that the time of a push
 * grows with its rows; how long a row takes is known from the pushes before.
 */
export class PushPace {
  readonly #most: number;
  /** Of a row, as lately seen. */
  #rowMs: number;

  /** At most so many rows a push, and no more than `first` before any push was seen. */
  constructor(most = MOST_ROWS, first = most) {
    this.#most = most;
    this.#rowMs = first < most ? AIM_MS / first : 0;
  }

  get rows(): number {
    return Math.max(1, Math.min(this.#most, Math.floor(AIM_MS / Math.max(this.#rowMs, 1))));
  }

  took(rows: number, milliseconds: number): void {
    const rowMs = milliseconds / rows;
    // Slower counts at once; faster has to last.
    this.#rowMs = rowMs > this.#rowMs ? rowMs : (this.#rowMs + rowMs) / 2;
  }

  /** No answer came to a push of so many rows: half of them next time. */
  tookTooLong(rows: number): void {
    this.#rowMs = Math.max(this.#rowMs, (2 * AIM_MS) / rows);
  }
}
