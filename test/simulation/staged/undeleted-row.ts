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
