import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/**
 * Sales saves a record, and once more within the same second, while a sync of its person meets the first save and goes on
 * to push over it: the second save has the stamp that the push allows, and only the read in front of the push shows it.
 */
export function savedWithinASecond(seed: number): Stage {
  const stage = new StageWriter('one second', seed);
  const { dice } = stage;
  for (let at = dice.between(2, 4); at > 0; at -= 1) stage.subject(dice.pick(['Lead', 'Contact']));
  stage.subjects.forEach((_, subject) => {
    const at = dice.between(MINUTE, 4 * MINUTE);
    const savedAt = at + 10 * SECOND + dice.between(-600, 200);
    stage.act(at, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
    stage.act(at + 10 * SECOND, subject, { kind: 'sync' });
    stage.act(savedAt, subject, { kind: 'salesEdit', field: 'City', value: stage.value('s') });
    const again = savedAt + dice.between(100, 950);
    stage.act(again, subject, { kind: 'salesEdit', field: 'Title', value: stage.value('s') });
  });
  stage.weather('indexLate', 'messageDuplicated');
  return stage.finish();
}

/**
 * A push is taken, and its row is deleted before the read behind it; the person is edited once more, and the row comes
 * back with what the push had put there.
 */
export function goneAfterPush(seed: number): Stage {
  const stage = new StageWriter('gone after push', seed);
  const { dice } = stage;
  for (let at = dice.between(1, 3); at > 0; at -= 1) stage.subject(dice.pick(['Lead', 'Contact']));
  const pollAt = stage.poll(1);
  stage.storm('subrequestsApart', pollAt, pollAt + MINUTE);
  stage.storm('salesforceSlow', pollAt, pollAt + MINUTE, 0.6);
  stage.subjects.forEach((_, subject) => {
    const before = pollAt - dice.between(SECOND, MINUTE);
    stage.act(before, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
    const deletedAt = pollAt + dice.between(SECOND, 20 * SECOND);
    stage.act(deletedAt, subject, { kind: 'delete' });
    const editedAt = deletedAt + dice.between(SECOND, 40 * SECOND);
    stage.act(editedAt, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
    stage.act(editedAt + dice.between(SECOND, 2 * MINUTE), subject, { kind: 'undelete' });
  });
  stage.weather('indexLate', 'messageDuplicated');
  return stage.finish();
}
