/** The queue between poll and merge. Delivers at least once, in any order, with any delay. */
export interface ChangeQueue {
  /**
   * Resolves when every body is durably queued; after an error some bodies may be queued. A body is JSON text below 64
   * KB; the received JSON is equal, but the text may differ. With a delay (at most 900 seconds) messages are delivered
   * no sooner.
   */
  send(bodies: readonly string[], delaySeconds?: number): Promise<void>;

  /** Approximate number of waiting messages. */
  depth(): Promise<number>;
}
