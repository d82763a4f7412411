import { SECOND, type Stage, StageWriter } from './stage.ts';

/**
 * A long transaction begins in the second in which its row was edited. A poll reads the row; then the transaction
 * commits, and other values stand under the stamp that was read.
 */
export function committedUnderAnOldStamp(seed: number): Stage {
  const stage = new StageWriter('held back', seed);
  const { dice } = stage;
  for (let at = dice.between(2, 4); at > 0; at -= 1) stage.subject(dice.pick(['Lead', 'Contact']));
  stage.subjects.forEach((_, subject) => {
    const at = stage.poll(1) - dice.between(10 * SECOND, 60 * SECOND);
    stage.act(at, subject, { kind: 'salesEdit', field: 'Title', value: stage.value('s') });
    const wish = { field: 'City', value: stage.value('s'), seconds: dice.between(70, 1000) };
    stage.act(at + dice.between(5, 300), subject, { kind: 'salesTransaction', ...wish });
  });
  stage.act(stage.poll(5), stage.subject('Lead'), { kind: 'salesEdit', field: 'City', value: stage.value('s') });
  stage.weather('indexLate', 'messageDuplicated', 'shortPage', 'pollSkipped');
  return stage.finish();
}
