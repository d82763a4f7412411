import type { ListJob } from '../api/shapes.ts';

/** What became of persons of a list, in words. */
export const OUTCOMES = [
  ['created', 'new Leads'],
  ['linked', 'linked to an existing record'],
  ['updated', 'updated'],
  ['unchanged', 'in step already'],
  ['rejected', 'refused by Salesforce'],
  ['ambiguous', 'with several records of one email'],
  ['failed', 'failed'],
] as const;

/** Persons with a known outcome. */
export function doneOf(job: ListJob): number {
  return OUTCOMES.reduce((sum, [name]) => sum + job[name], 0);
}
