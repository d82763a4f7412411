import type { Viewer } from '../schema/schema.ts';
import type { Row } from '../soql/source.ts';

/**
 * Who sees which records. Everybody sees every record until an administrator says otherwise; administrators go on
 * seeing all. No stamp moves when a record goes out of a user's sight or comes back.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm}
 */
export class Sharing {
  readonly #hidden = new Set<string>();

  setVisible(id: string, visible: boolean): void {
    if (visible) this.#hidden.delete(id);
    else this.#hidden.add(id);
  }

  isVisible(viewer: Viewer, id: unknown): boolean {
    return viewer.administrator || this.#hidden.size === 0 || !this.#hidden.has(String(id));
  }

  /** Those of the rows that the viewer sees. */
  seen(viewer: Viewer, rows: Iterable<Row>): Iterable<Row> {
    if (viewer.administrator || this.#hidden.size === 0) return rows;
    return Iterator.from(rows).filter((row) => !this.#hidden.has(row.Id as string));
  }
}
