import { addMs, msBetween } from '../instants.ts';

/** Persons handed out in one lane, with messages possibly waiting there. */
export interface HandedOutBy {
  /** The persons with a wait begun at this instant (ISO) or earlier. */
  readonly upTo: string;
  /** Time of the first handing out (our clock, ISO). */
  readonly since: string;
}

/** The persons handed out, by lane; null: none. */
export interface HandedOut {
  readonly fresh: HandedOutBy | null;
  readonly backlog: HandedOutBy | null;
}

export const NOBODY_HANDED_OUT: HandedOut = { fresh: null, backlog: null };

/** Maximum time until a lost message or a postponed push is made up for. */
const REPEATED_AFTER_MS = 30 * 60_000;

/** The index of waiting persons lags, and clocks of editing functions differ: an overlap is read again. */
const INDEX_LATE_MS = 60_000;

/** The persons still waiting in a lane at `now`: none in a lane with an empty queue, and none for long in any lane. */
export function stillHandedOut(
  { fresh, backlog }: HandedOut,
  depths: { readonly fresh: number; readonly backlog: number },
  now: string,
): HandedOut {
  const still = (by: HandedOutBy | null, depth: number) =>
    by === null || depth === 0 || msBetween(by.since, now) >= REPEATED_AFTER_MS ? null : by;
  return { fresh: still(fresh, depths.fresh), backlog: still(backlog, depths.backlog) };
}

/** The instant after which a wait must begin to be handed out; null: all waiting persons are handed out. */
export function handOutAfter({ fresh, backlog }: HandedOut): string | null {
  if (fresh === null || backlog === null) return (fresh ?? backlog)?.upTo ?? null;
  return fresh.upTo > backlog.upTo ? fresh.upTo : backlog.upTo;
}

/** The state after handing out all persons waiting at `lookedAt`, in the lanes used. */
export function handedOutAt(
  handedOut: HandedOut,
  lanes: { readonly fresh: boolean; readonly backlog: boolean },
  lookedAt: string,
): HandedOut {
  const upTo = addMs(lookedAt, -INDEX_LATE_MS);
  const next = (by: HandedOutBy | null, isUsed: boolean) => (isUsed ? { upTo, since: by?.since ?? lookedAt } : by);
  return { fresh: next(handedOut.fresh, lanes.fresh), backlog: next(handedOut.backlog, lanes.backlog) };
}
