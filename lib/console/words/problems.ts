import type { Status } from '../api/shapes.ts';
import { count, counted } from './format.ts';

/** The problems impairing the sync, in words with advice. */
export function problemsOf({ schemaProblems, reconciliation, backlog, undecided }: Status): readonly string[] {
  return [...schemaProblems, ...letters(backlog), ...held(reconciliation), ...hidden(undecided)];
}

/** The number of ids named by a line. */
const NAMED = 5;

function hidden({ count: persons, personIds }: Status['undecided']): readonly string[] {
  if (persons === 0) return [];
  const ids = `${personIds.slice(0, NAMED).join(', ')}${persons > NAMED ? ', …' : ''}`;
  return [
    `${counted(persons, 'person', 'persons')} went along hidden when Salesforce merged a record with one of a person deleted here: ${ids}. To keep one, POST /persons with the Email; else DELETE /persons/{personId}.`,
  ];
}

function letters({ deadLetters, missedPolls }: Status['backlog']): readonly string[] {
  return [
    ...(deadLetters > 0
      ? [`${counted(deadLetters, 'message')} failed five times. Fix the cause, then run npm run redrive.`]
      : []),
    ...(missedPolls > 0
      ? [`${counted(missedPolls, 'start')} of the poll function failed. The log of the function has the reason.`]
      : []),
  ];
}

function held({ running, last }: Status['reconciliation']): readonly string[] {
  if (running !== null || last?.held !== true) return [];
  return [
    `A reconciliation was held: ${count(last.missing)} of ${count(last.persons)} records are missing in Salesforce. If they were deleted there, confirm that under Jobs.`,
  ];
}
