import { type Finding, ok, problem } from './finding.ts';

/** The messages in queues emptied only by an operator, with the runbook entries. */
export function leftBehind(depths: { readonly deadLetters: number; readonly missedPolls: number }): readonly Finding[] {
  return [
    emptyQueue('dead letters', depths.deadLetters, 'DeadLetters'),
    emptyQueue('missed polls', depths.missedPolls, 'MissedPolls'),
  ];
}

function emptyQueue(check: string, waiting: number, entry: string): Finding {
  if (waiting === 0) return ok(check, 'none');
  return problem(check, `${waiting} messages`, `runbook entry "${entry}" in cdk/README.md`);
}
