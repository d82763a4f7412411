/** The queue between poll and merge. At least once, in any order, at any time later. */
export interface ChangeQueue {
  /** Resolves when every body is durably queued; throws otherwise, and some of them may be queued. */
  send(bodies: readonly string[]): Promise<void>;

  /** About how many messages wait. */
  depth(): Promise<number>;
}
