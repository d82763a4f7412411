/** Milliseconds until the function that runs is ended, whatever it is doing then. */
export type Deadline = () => number;

/**
 * With less time than this left, no further work is begun: one call of Salesforce may take 45 seconds, and what it
 * answers has to be stored.
 */
export const TIME_TO_STOP_MS = 60_000;
