import { LEASE_MS, MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/** Why the answer of a push does not come. */
const LOSSES = ['answerTimedOut', 'serverErrorAfter', 'connectionDropped', 'commitsLate'] as const;

/**
 * A push commits, and its answer is lost. The row is not seen again before the lease runs out: polls fail meanwhile, or
 * the row's message is late, or the push commits only then. Before that the same field is edited here once more.
 */
export function editedAfterLostPush(seed: number): Stage {
  const stage = new StageWriter('lost push', seed);
  const { dice } = stage;
  const subject = stage.subject(dice.pick(['Lead', 'Contact']));
  stage.subject('Lead');
  const first = stage.value('m');
  stage.act(stage.poll(0) + 20 * SECOND, subject, { kind: 'marketingEdit', field: 'Title', value: first });
  const lostAt = losePush(stage, subject);
  const leaseEndsAt = lostAt + LEASE_MS;
  // Back to what stood before, or on to something new, while nobody knows what became of the push.
  const value = dice.chance(0.3) ? first : stage.value('m');
  const editedAt = lostAt + dice.between(20 * SECOND, LEASE_MS - 10 * SECOND);
  stage.act(editedAt, subject, { kind: 'marketingEdit', field: 'Title', value });
  if (dice.chance(0.3)) salesMeddles(stage, subject, editedAt);
  stage.storm('pollSkipped', lostAt + 20 * SECOND, leaseEndsAt, dice.chance(0.8) ? 1 : 0.5);
  stage.storm('messageDelayed', leaseEndsAt, leaseEndsAt + 10 * MINUTE, 0.5);
  const isSync = dice.chance(0.6);
  if (isSync) stage.act(leaseEndsAt + dice.between(SECOND, 30 * SECOND), subject, { kind: 'sync' });
  stage.weather('storeSlow', 'indexLate', 'salesforceSlow');
  // Somebody looks at it once more when all is long over.
  stage.act(leaseEndsAt + 6 * MINUTE, 1, { kind: 'sync' });
  return stage.finish();
}

/** The push whose answer is lost, by sync person or in the background; answers when it was sent, or soon after. */
function losePush(stage: StageWriter, subject: number): number {
  const { dice } = stage;
  const isSync = dice.chance(0.5);
  const pollAt = stage.poll(2);
  const at = isSync ? pollAt + dice.between(20 * SECOND, 2 * MINUTE) : pollAt - dice.between(SECOND, 30 * SECOND);
  stage.act(at, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
  const sentAt = isSync ? at + 500 : pollAt + SECOND;
  if (isSync) stage.act(sentAt, subject, { kind: 'sync' });
  stage.storm(dice.pick(LOSSES), isSync ? sentAt : pollAt + 500, sentAt + 8 * SECOND);
  return sentAt + 15 * SECOND;
}

function salesMeddles(stage: StageWriter, subject: number, editedAt: number): void {
  const { dice } = stage;
  const field = dice.pick(['Title', 'City']);
  const at = editedAt + dice.between(-20 * SECOND, 60 * SECOND);
  stage.act(at, subject, { kind: 'salesEdit', field, value: stage.value('s') });
}
