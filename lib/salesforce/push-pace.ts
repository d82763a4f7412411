/**
 * Subrequests of a composite request, minus the reads before and after.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite_post.htm
 */
export const MOST_ROWS = 23;

/**
 * Target duration of a push: from 20 s on a request counts as long-running, and an org allows few concurrent long
 * requests.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
 */
const AIM_MS = 10_000;

/**
 * Chooses the number of rows per push. The org's automation runs row by row, so the duration of a push grows with the
 * number of rows; the time per row is estimated from earlier pushes.
 */
export class PushPace {
  readonly #most: number;
  /** Estimated milliseconds per row. */
  #rowMs: number;

  /** At most `most` rows per push, and at most `first` before the first measurement. */
  constructor(most = MOST_ROWS, first = most) {
    this.#most = most;
    this.#rowMs = first < most ? AIM_MS / first : 0;
  }

  get rows(): number {
    return Math.max(1, Math.min(this.#most, Math.floor(AIM_MS / Math.max(this.#rowMs, 1))));
  }

  took(rows: number, milliseconds: number): void {
    const rowMs = milliseconds / rows;
    // A slower measurement counts immediately; a faster measurement only gradually.
    this.#rowMs = rowMs > this.#rowMs ? rowMs : (this.#rowMs + rowMs) / 2;
  }

  /** A push of `rows` rows got no answer: halves the next push. */
  tookTooLong(rows: number): void {
    this.#rowMs = Math.max(this.#rowMs, (2 * AIM_MS) / rows);
  }
}
