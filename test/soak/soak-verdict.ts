/** What an oracle found. `notes` tell what it looked at and what it let pass. */
export interface Verdict {
  readonly oracle: string;
  readonly broken: readonly string[];
  readonly notes: readonly string[];
}
