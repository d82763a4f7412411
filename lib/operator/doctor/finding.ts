import { ConfigError, QuotaExceededError, TransientError } from '../../sync/errors.ts';

/**
 * One line of the doctor. `ok`: a precondition holds. `note`: a fact without need for action. `problem`: the sync, or a
 * part, does not work until `fix` is done.
 */
export interface Finding {
  readonly level: 'ok' | 'note' | 'problem';
  /** The subject of the check. */
  readonly check: string;
  readonly detail: string;
  readonly fix?: string;
}

export const ok = (check: string, detail: string): Finding => ({ level: 'ok', check, detail });
export const note = (check: string, detail: string): Finding => ({ level: 'note', check, detail });
export const problem = (check: string, detail: string, fix: string): Finding => {
  return { level: 'problem', check, detail, fix };
};

/** A group of checks sharing data. */
export interface Examination {
  /** The subject of the group, named if the group fails with an error. */
  readonly name: string;
  run(): Promise<readonly Finding[]>;
}

/**
 * Runs examinations one after another. An error of an examination is reported as a problem and does not stop the
 * others.
 */
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

/** An error as a problem with a remedy. */
export function failure(check: string, error: unknown): Finding {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof ConfigError) return problem(check, detail, 'fix the cause named in the message, then run again');
  if (error instanceof QuotaExceededError) {
    return problem(check, detail, 'wait until calls of the last 24 hours run out, or ask Salesforce for more');
  }
  if (error instanceof TransientError) return problem(check, detail, 'run again; status.salesforce.com has outages');
  return problem(check, detail, 'report this line as a bug');
}
