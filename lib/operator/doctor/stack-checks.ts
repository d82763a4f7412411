import type { DeployedStack } from './deployed-stack.ts';
import { type Examination, type Finding, note, ok, problem } from './finding.ts';

/** The schedule, the queues and the alarms of a deployed stack. */
export function stackChecks(stack: DeployedStack): readonly Examination[] {
  return [
    { name: 'schedule', run: async () => [scheduleFinding(await stack.schedule())] },
    { name: 'queues', run: () => queueFindings(stack) },
    { name: 'alarms', run: async () => alarmFindings(await stack.alarms()) },
  ];
}

function scheduleFinding({ enabled, expression }: Awaited<ReturnType<DeployedStack['schedule']>>): Finding {
  if (enabled) return ok('schedule', `enabled, ${expression}`);
  return note('schedule', 'disabled: nothing is polled, sync person works (setting scheduleEnabled)');
}

async function queueFindings(stack: DeployedStack): Promise<readonly Finding[]> {
  const outputs = await stack.outputs();
  const depth = async (output: string) => (await stack.queueDepth(outputs[output] ?? '')).waiting;
  const changes = await depth('ChangesQueueUrl');
  const dead = await depth('DeadLetterQueueUrl');
  const missed = await depth('MissedPollsQueueUrl');
  return [
    note('changes queue', `${changes} messages wait`),
    emptyQueue('dead letters', dead, 'runbook entry "DeadLetters" in cdk/README.md'),
    emptyQueue('missed polls', missed, 'runbook entry "MissedPolls" in cdk/README.md'),
  ];
}

function emptyQueue(check: string, waiting: number, fix: string): Finding {
  return waiting === 0 ? ok(check, 'none') : problem(check, `${waiting} messages`, fix);
}

function alarmFindings(alarms: Awaited<ReturnType<DeployedStack['alarms']>>): readonly Finding[] {
  if (alarms.length === 0) {
    return [problem('alarms', 'the stack has none', 'deploy again: every version with a dashboard has alarms')];
  }
  const firing = alarms.filter(({ state }) => state === 'ALARM');
  if (firing.length === 0) return [ok('alarms', `${alarms.length}, none fires`)];
  return firing.map(({ name, reason }) => problem(`alarm ${name}`, reason, `runbook entry "${name}" in cdk/README.md`));
}
