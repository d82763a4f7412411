import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/** A row is deleted and brought back, seen in between or not, while its person is edited here. */
export function broughtBack(seed: number): Stage {
  const stage = new StageWriter('undeleted row', seed);
  const { dice } = stage;
  for (let at = dice.between(1, 3); at > 0; at -= 1) stage.subject(dice.pick(['Lead', 'Contact']));
  stage.subjects.forEach((_, subject) => {
    const deletedAt = stage.poll(1) + dice.between(10 * SECOND, 8 * MINUTE);
    const backAt = deletedAt + dice.between(2 * SECOND, 12 * MINUTE);
    stage.act(deletedAt, subject, { kind: 'delete' });
    stage.act(backAt, subject, { kind: 'undelete' });
    if (dice.chance(0.7)) {
      const editedAt = deletedAt + dice.between(-2 * MINUTE, 10 * MINUTE);
      stage.act(editedAt, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
    }
    if (dice.chance(0.5)) {
      const editedAt = backAt + dice.between(SECOND, 4 * MINUTE);
      stage.act(editedAt, subject, { kind: 'salesEdit', field: 'City', value: stage.value('s') });
    }
    if (dice.chance(0.3)) stage.act(backAt + dice.between(SECOND, 6 * MINUTE), subject, { kind: 'sync' });
  });
  stage.weather('storeSlow', 'indexLate', 'messageDuplicated', 'messageDelayed');
  return stage.finish();
}

/**
 * A row is merged into another, and undeleted minutes later; the message that tells of the merge comes after the row is
 * known to live again.
 */
export function undoneMerge(seed: number): Stage {
  const stage = new StageWriter('undone merge', seed);
  const { dice } = stage;
  const type = dice.pick(['Lead', 'Contact'] as const);
  const [loser, winner] = [stage.subject(type), stage.subject(type)];
  const pollAt = stage.poll(2);
  for (const subject of [loser, winner]) {
    if (dice.chance(0.5))
      stage.act(MINUTE, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
  }
  stage.join(pollAt - dice.between(5 * SECOND, MINUTE), loser, winner);
  stage.storm('messageDelayed', pollAt, pollAt + 6 * SECOND);
  const backAt = pollAt + dice.between(10 * SECOND, 4 * MINUTE);
  stage.act(backAt, loser, { kind: 'undelete' });
  stage.act(backAt + dice.between(SECOND, 10 * SECOND), loser, { kind: 'sync' });
  stage.weather('indexLate', 'messageDuplicated', 'messageAgain');
  return stage.finish();
}
