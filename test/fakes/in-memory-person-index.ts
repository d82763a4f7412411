import { awaitsPush, isPresent, isUndecided, type Person, syncStatus } from '../../lib/person/person.ts';
import { retryAt } from '../../lib/person/retry.ts';
import type { ListedStatus } from '../../lib/sync/ports/person-store.ts';

type Queue = ListedStatus | 'held' | 'undecided';

interface Place {
  readonly email: string | null;
  readonly queue: Queue | null;
  readonly since: string;
  readonly retryAt: string | null;
}

/** One person's place in a queue. */
export interface Queued {
  readonly personId: string;
  readonly since: string;
}

/** What the indexes of the table know of the persons: as they were when last refreshed. */
export class InMemoryPersonIndex {
  readonly #places = new Map<string, Place>();
  readonly #byEmail = new Map<string, Set<string>>();
  readonly #queues: Readonly<Record<Queue, Map<string, string>>> = {
    pending: new Map(),
    held: new Map(),
    rejected: new Map(),
    localOnly: new Map(),
    undecided: new Map(),
  };

  /** Brings the indexes up to the person's present state; in whatever order it is called, the last call counts. */
  refresh(person: Person): void {
    const { personId } = person;
    this.#remove(personId);
    const place = placeOf(person);
    this.#places.set(personId, place);
    if (place.email !== null) {
      const ids = this.#byEmail.get(place.email) ?? new Set();
      this.#byEmail.set(place.email, ids.add(personId));
    }
    if (place.queue !== null) this.#queues[place.queue].set(personId, place.since);
  }

  idsByEmail(email: string): string[] {
    return [...(this.#byEmail.get(email) ?? [])];
  }

  /** Oldest first. */
  pending(): Queued[] {
    return sorted(this.#queues.pending);
  }

  /** Newest first. */
  withStatus(status: ListedStatus): Queued[] {
    const held = status === 'pending' ? this.#queues.held : [];
    return sorted(new Map([...this.#queues[status], ...held])).reverse();
  }

  undecided(): string[] {
    return [...this.#queues.undecided.keys()].sort();
  }

  /** Whose rejection is oldest first. */
  dueRetries(now: string): string[] {
    return sorted(this.#queues.rejected).flatMap(({ personId }) => {
      const at = this.#places.get(personId)?.retryAt ?? null;
      return at !== null && at <= now ? personId : [];
    });
  }

  #remove(personId: string): void {
    const place = this.#places.get(personId);
    if (place === undefined) return;
    if (place.email !== null) this.#byEmail.get(place.email)?.delete(personId);
    if (place.queue !== null) this.#queues[place.queue].delete(personId);
  }
}

function placeOf(person: Person): Place {
  const email =
    typeof person.fields.Email === 'string' && person.mergedInto === null ? emailForm(person.fields.Email) : '';
  return { email: email === '' ? null : email, ...queueOf(person), retryAt: retryAt(person) };
}

function queueOf(person: Person): Pick<Place, 'queue' | 'since'> {
  const { rejection, pendingSince, createdAt, updatedAt } = person;
  if (awaitsPush(person)) return { queue: 'pending', since: pendingSince ?? updatedAt };
  if (isUndecided(person)) return { queue: 'undecided', since: updatedAt };
  const status = isPresent(person) ? syncStatus(person) : 'synced';
  if (status === 'synced') return { queue: null, since: '' };
  if (status === 'localOnly') return { queue: status, since: createdAt };
  if (status === 'rejected') return { queue: status, since: rejection?.at ?? updatedAt };
  return { queue: 'held', since: pendingSince ?? updatedAt };
}

/** The form in which emails are equal. */
export function emailForm(email: string): string {
  return email.trim().toLowerCase();
}

/** Order of two queued persons by time, then id. */
export function byTime(left: Queued, right: Queued): number {
  if (left.since !== right.since) return left.since < right.since ? -1 : 1;
  return left.personId < right.personId ? -1 : 1;
}

function sorted(queue: ReadonlyMap<string, string>): Queued[] {
  return [...queue].map(([personId, since]) => ({ personId, since })).sort(byTime);
}
