/** The worker's clock. May differ by minutes from Salesforce's clock, and between two workers. */
export interface Clock {
  /** ISO 8601 in UTC with milliseconds. */
  now(): string;

  /** Resolves after the given milliseconds. */
  wait(milliseconds: number): Promise<void>;
}
