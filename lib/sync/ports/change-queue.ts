/** The queue between poll and merge. At least once, in any order, at any time later. */
export interface ChangeQueue {
  /**
   * Resolves when every body is durably queued; throws otherwise, and some of them may be queued. A body is JSON text
   * of less than 64 KB; what is received is the same JSON, not always the same text. With a delay, 900 seconds at most,
   * they are to be received no sooner.
   */
  send(bodies: readonly string[], delaySeconds?: number): Promise<void>;

  /** About how many messages wait. */
  depth(): Promise<number>;
}
