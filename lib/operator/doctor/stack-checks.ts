import type { DeployedStack } from '../deployed-stack.ts';
import { type Examination, type Finding, note, ok, problem } from './finding.ts';
import { leftBehind } from './left-behind.ts';

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
  const fresh = await depth('ChangesQueueUrl');
  const backlog = await depth('BacklogQueueUrl');
  const deadLetters = await depth('DeadLetterQueueUrl');
  const missedPolls = await depth('MissedPollsQueueUrl');
  return [
    note('queues', `${fresh} fresh messages wait, ${backlog} in the backlog`),
    ...leftBehind({ deadLetters, missedPolls }),
  ];
}

function alarmFindings(alarms: Awaited<ReturnType<DeployedStack['alarms']>>): readonly Finding[] {
  if (alarms.length === 0) {
    return [problem('alarms', 'the stack has none', 'deploy again: every version with a dashboard has alarms')];
  }
  const firing = alarms.filter(({ state }) => state === 'ALARM');
  if (firing.length === 0) return [ok('alarms', `${alarms.length}, none fires`)];
  return firing.map(({ name, reason }) => problem(`alarm ${name}`, reason, `runbook entry "${name}" in cdk/README.md`));
}
