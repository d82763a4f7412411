/** The queue between poll and merge. At least once, in any order, at any time later. */
export interface ChangeQueue {
  /**
   * Resolves when every body is durably queued; throws otherwise, and some of them may be queued. A body is JSON text
   * of less than 64 KB; what is received is the same JSON, not always the same text.
   */
  send(bodies: readonly string[]): Promise<void>;

  /** About how many messages wait. */
  depth(): Promise<number>;
}
