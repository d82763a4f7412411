import type { OrgState } from '../org-state.ts';

/** {@link https://help.salesforce.com/s/articleView?id=xcloud.home_delete.htm} */
const KEPT_MS = 15 * 24 * 3_600_000;

interface Binned {
  readonly object: string;
  readonly id: string;
  readonly at: number;
  /** The deletion that put it here; a record that came out since, or was deleted again, has another stamp. */
  readonly stamp: unknown;
  /** The record with which it was deleted. */
  readonly deletedWith: string | undefined;
}

/** Deleted records in the order of their deletion; after 15 days they are gone for good. */
export class RecycleBin {
  readonly #binned: Binned[] = [];
  #first = 0;

  add(binned: Binned): void {
    this.#binned.push(binned);
  }

  /** The ids of records that were deleted with this one and are still here for that deletion. */
  deletedWith(org: OrgState, id: string): string[] {
    return this.#binned.slice(this.#first).flatMap((binned) => {
      const row = org.store.table(binned.object).get(binned.id);
      const isHere = row?.IsDeleted === true && row.SystemModstamp === binned.stamp;
      return binned.deletedWith === id && isHere ? [binned.id] : [];
    });
  }

  /** Empties out what has been here for too long. */
  emptyDue(org: OrgState): void {
    const before = org.clock.now() - KEPT_MS;
    for (let next = this.#binned[this.#first]; next && next.at <= before; next = this.#binned[this.#first]) {
      this.#first += 1;
      const row = org.store.table(next.object).get(next.id);
      if (row?.IsDeleted === true && row.SystemModstamp === next.stamp) org.store.remove(next.object, next.id);
    }
  }
}
