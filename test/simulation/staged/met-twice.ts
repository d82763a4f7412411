import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/**
 * Sales makes a row with the email of somebody who was only here. The feed brings it at the moment when sync person
 * finds it by its email: each of the two may take the row for nobody's.
 */
export function linkedWhileMet(seed: number): Stage {
  const stage = new StageWriter('met twice', seed);
  const { dice } = stage;
  for (let at = dice.between(2, 4); at > 0; at -= 1) stage.subject('here');
  const metAt = stage.poll(1);
  // No longer than a function has time for.
  stage.storm('storeSlow', metAt, metAt + 8 * SECOND, 0.35);
  stage.subjects.forEach((_, subject) => {
    stage.act(dice.between(MINUTE, 2 * MINUTE), subject, { kind: 'create', sync: false, times: 1 });
    const object = dice.pick(['Lead', 'Contact'] as const);
    stage.act(metAt - dice.between(5 * SECOND, MINUTE), subject, { kind: 'salesCreate', object });
    stage.act(metAt + dice.between(-3 * SECOND, 6 * SECOND), subject, { kind: 'sync' });
    if (dice.chance(0.5)) {
      const changedAt = metAt + dice.between(10 * SECOND, 4 * MINUTE);
      stage.act(changedAt, subject, { kind: 'salesEdit', field: 'City', value: stage.value('s') });
    }
    if (!dice.chance(0.5)) return;
    const editedAt = metAt + dice.between(SECOND, 20 * SECOND);
    stage.act(editedAt, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
  });
  stage.storm('crash', metAt - 3 * SECOND, metAt + 12 * SECOND, 0.02);
  stage.weather('indexLate', 'messageDuplicated', 'storeThrottled');
  return stage.finish();
}

/**
 * A person has lost a second row when its first is brought back, which is nobody's by then. The feed brings that at the
 * moment when sync person finds it by its email: the one makes another person of it, the other takes it.
 */
export function takenWhileBroughtBack(seed: number): Stage {
  const stage = new StageWriter('taken while brought back', seed);
  const { dice } = stage;
  for (let at = dice.between(2, 4); at > 0; at -= 1) stage.subject('Lead');
  const metAt = stage.poll(4);
  stage.storm('storeSlow', metAt + SECOND, metAt + 9 * SECOND, 0.3);
  stage.storm('crash', metAt + SECOND, metAt + 20 * SECOND, 0.02);
  stage.subjects.forEach((_, subject) => {
    stage.act(stage.poll(1) - dice.between(5 * SECOND, MINUTE), subject, { kind: 'delete' });
    stage.act(stage.poll(1) + dice.between(20 * SECOND, 2 * MINUTE), subject, { kind: 'sync' });
    stage.act(stage.poll(3) - dice.between(5 * SECOND, MINUTE), subject, { kind: 'delete' });
    stage.act(metAt - dice.between(5 * SECOND, 2 * MINUTE), subject, { kind: 'undelete' });
    stage.act(metAt + dice.between(0, 6 * SECOND), subject, { kind: 'sync' });
    if (!dice.chance(0.5)) return;
    const editedAt = metAt + dice.between(SECOND, 20 * SECOND);
    stage.act(editedAt, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
  });
  stage.weather('indexLate', 'messageDuplicated');
  return stage.finish();
}

/**
 * A Lead is converted. One message tells of that, another brings the Contact: the person of the one goes over to it
 * while the other makes a person of it. The Contact is edited before the message that was too early comes again.
 */
export function convertedWhileMet(seed: number): Stage {
  const stage = new StageWriter('converted while met', seed);
  const { dice } = stage;
  for (let at = dice.between(2, 4); at > 0; at -= 1) stage.subject('Lead');
  const metAt = stage.poll(1);
  stage.storm('storeSlow', metAt, metAt + 12 * SECOND, 0.3);
  stage.subjects.forEach((_, subject) => {
    stage.act(metAt - dice.between(5 * SECOND, 2 * MINUTE), subject, { kind: 'convert' });
    const changedAt = metAt + dice.between(20 * SECOND, 4 * MINUTE);
    stage.act(changedAt, subject, { kind: 'salesEdit', field: 'City', value: stage.value('s') });
  });
  stage.weather('indexLate', 'messageDuplicated', 'crash');
  return stage.finish();
}
