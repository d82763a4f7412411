import { ConfigError, QuotaExceededError, TransientError } from '../../sync/errors.ts';

/**
 * One line of the doctor. `ok`: a precondition holds. `note`: a fact that needs no action. `problem`: the sync, or a part
 * of it, does not work until `fix` is done.
 */
export interface Finding {
  readonly level: 'ok' | 'note' | 'problem';
  /** What was checked. */
  readonly check: string;
  readonly detail: string;
  readonly fix?: string;
}

export const ok = (check: string, detail: string): Finding => ({ level: 'ok', check, detail });
export const note = (check: string, detail: string): Finding => ({ level: 'note', check, detail });
export const problem = (check: string, detail: string, fix: string): Finding => {
  return { level: 'problem', check, detail, fix };
};

/** A group of checks that share what they read. */
export interface Examination {
  /** What the group examines; named where the group ends with an error. */
  readonly name: string;
  run(): Promise<readonly Finding[]>;
}

/** Runs examinations one after another. An error of one is a problem of its own and keeps no other from running. */
export async function* examine(examinations: Iterable<Examination>): AsyncGenerator<Finding> {
  for (const examination of examinations) {
    let findings: readonly Finding[];
    try {
      findings = await examination.run();
    } catch (error) {
      findings = [failure(examination.name, error)];
    }
    yield* findings;
  }
}

/** An error as a problem with its remedy. */
export function failure(check: string, error: unknown): Finding {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof ConfigError) return problem(check, detail, 'change what the message names, then run again');
  if (error instanceof QuotaExceededError) {
    return problem(check, detail, 'wait until calls of the last 24 hours run out, or ask Salesforce for more');
  }
  if (error instanceof TransientError) return problem(check, detail, 'run again; status.salesforce.com has outages');
  return problem(check, detail, 'report this line as a bug');
}
