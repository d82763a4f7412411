/** Milliseconds until the running function is terminated. */
export type Deadline = () => number;

/**
 * With less time left no further work is begun: one Salesforce call may take 45 seconds, and the answer has to be
 * stored.
 */
export const TIME_TO_STOP_MS = 60_000;
