import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/**
 * A field is edited in Salesforce and set back before the message of the edit has come. The state that was set back
 * changes nothing here; the message that comes after it, and is young enough to count, must find that it is old.
 */
export function comesAfterItWasSetBack(seed: number): Stage {
  const stage = new StageWriter('late message', seed);
  const { dice } = stage;
  const subject = stage.subject(dice.pick(['Lead', 'Contact']));
  const first = stage.value('s');
  stage.act(SECOND, subject, { kind: 'salesEdit', field: 'Title', value: first });
  const queuedAt = stage.poll(2);
  const editedAt = queuedAt - dice.between(10 * SECOND, 4 * MINUTE);
  stage.act(editedAt, subject, { kind: 'salesEdit', field: 'Title', value: stage.value('s') });
  stage.storm('messageDelayed', queuedAt, queuedAt + 6 * SECOND);
  const setBackAt = queuedAt + dice.between(10 * SECOND, 4 * MINUTE);
  stage.act(setBackAt, subject, { kind: 'salesEdit', field: 'Title', value: first });
  stage.act(stage.poll(6), stage.subject('Lead'), { kind: 'salesEdit', field: 'City', value: stage.value('s') });
  stage.weather('storeSlow', 'indexLate', 'messageDuplicated');
  return stage.finish();
}
