import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/**
 * While a push is under way, its field or another is edited here, so that settling it meets a changed person and reads
 * the row again; and sales edits what was pushed between the push and that reading.
 */
export function editedWhileSettling(seed: number): Stage {
  const stage = new StageWriter('settled late', seed);
  const { dice } = stage;
  for (let at = dice.between(1, 3); at > 0; at -= 1) stage.subject(dice.pick(['Lead', 'Contact']));
  stage.storm('salesforceSlow', MINUTE, 20 * MINUTE, 0.8);
  stage.storm('storeSlow', MINUTE, 20 * MINUTE, 0.2);
  stage.subjects.forEach((_, subject) => {
    const isSync = dice.chance(0.3);
    const at = isSync ? dice.between(2 * MINUTE, 4 * MINUTE) : stage.poll(1) - dice.between(SECOND, MINUTE);
    stage.act(at, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
    if (isSync) stage.act(at + SECOND, subject, { kind: 'sync' });
    const pushedAt = isSync ? at + SECOND : stage.poll(1) + 5 * SECOND;
    const again = { field: dice.chance(0.7) ? 'Title' : 'Phone', value: stage.value('m') };
    const sales = { field: 'Title', value: stage.value('s') };
    stage.act(pushedAt + dice.between(SECOND, 15 * SECOND), subject, { kind: 'marketingEdit', ...again });
    stage.act(pushedAt + dice.between(3 * SECOND, 40 * SECOND), subject, { kind: 'salesEdit', ...sales });
  });
  stage.weather('indexLate', 'messageDuplicated');
  return stage.finish();
}
