import type { Status } from '../api/shapes.ts';
import { count, counted } from './format.ts';

/** The problems impairing the sync, in words with advice. */
export function problemsOf({ schemaProblems, reconciliation, backlog }: Status): readonly string[] {
  return [...schemaProblems, ...letters(backlog), ...held(reconciliation)];
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
    `A reconciliation was held: ${count(last.missing)} of ${count(last.persons)} records are missing in Salesforce. If they were deleted there, send POST /sync/reconcile with acceptMissing.`,
  ];
}
