import type { Row } from '../soql/source.ts';

/** Query locators live two days. */
const LIFETIME_MS = 2 * 24 * 3_600_000;

/** The result of a query as it was when it ran; pages are rendered as they are asked for. */
export interface Cursor {
  readonly rows: readonly Row[];
  readonly render: (row: Row) => unknown;
  readonly userId: string;
  readonly batchSize: number;
}

/**
 * The open query locators of the org.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_apicursors.htm}
 */
export class Locators {
  readonly #open = new Map<string, { cursor: Cursor; expiresAt: number }>();
  #serial = 0;

  open(cursor: Cursor, now: number): string {
    this.#serial += 1;
    const id = `0r8xx${this.#serial.toString(36).toUpperCase().padStart(10, '0')}AAA`;
    this.#open.set(id, { cursor, expiresAt: now + LIFETIME_MS });
    for (const [old, { expiresAt }] of this.#open) {
      if (expiresAt > now) break;
      this.#open.delete(old);
    }
    return id;
  }

  find(id: string, now: number): Cursor | undefined {
    const found = this.#open.get(id);
    return found && found.expiresAt > now ? found.cursor : undefined;
  }

  clear(): void {
    this.#open.clear();
  }
}
