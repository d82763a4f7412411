import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/**
 * A Lead is merged into another, which is converted; the Contact is gone for good before the poll has read any of the
 * three, or between two polls. Whoever follows the Lead meets a successor that nobody can read, perhaps while the person
 * is edited, synced or brought back with an undeleted Lead.
 */
export function followedToNothing(seed: number): Stage {
  const stage = new StageWriter('gone successor', seed);
  const { dice } = stage;
  const [loser, winner] = [stage.subject('Lead'), stage.subject('Lead')];
  const mergedAt = stage.poll(1) + dice.between(5 * SECOND, 4 * MINUTE);
  const convertedAt = mergedAt + dice.between(SECOND, 3 * MINUTE);
  const goneAt = convertedAt + dice.between(SECOND, 4 * MINUTE);
  stage.join(mergedAt, loser, winner);
  stage.act(convertedAt, winner, { kind: 'convert' });
  stage.act(goneAt, winner, { kind: 'hardDelete' });
  for (const subject of [loser, winner]) {
    if (dice.chance(0.6)) {
      const editedAt = mergedAt + dice.between(-2 * MINUTE, 10 * MINUTE);
      stage.act(editedAt, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
    }
    if (dice.chance(0.4)) stage.act(goneAt + dice.between(-MINUTE, 8 * MINUTE), subject, { kind: 'sync' });
  }
  if (dice.chance(0.4)) stage.act(goneAt + dice.between(MINUTE, 9 * MINUTE), loser, { kind: 'undelete' });
  // Which rows were deleted Salesforce is asked but once a day.
  stage.act(stage.poll(5), winner, { kind: 'reconcile', acceptMissing: dice.chance(0.5) });
  stage.weather('storeSlow', 'indexLate', 'messageDuplicated', 'messageDelayed', 'crash');
  return stage.finish();
}
