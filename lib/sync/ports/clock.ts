/** Our own clock. It may differ from Salesforce's, and between two workers, by minutes. */
export interface Clock {
  /** ISO 8601 in UTC with milliseconds. */
  now(): string;

  /** Resolves after this many milliseconds. */
  wait(milliseconds: number): Promise<void>;
}
