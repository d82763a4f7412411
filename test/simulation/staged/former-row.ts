import type { Origin } from '../scenario.ts';
import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/**
 * A row is edited and then deleted, and its person goes on to a new Lead by sync person. The message of the edit comes
 * late or once more, when the deletion has been seen and forgotten: what it tells of is a living row that is nobody's.
 */
export function comesBackAsItWas(seed: number): Stage {
  const stage = new StageWriter('former row', seed);
  const { dice } = stage;
  const origins: readonly Origin[] = ['Lead', 'Contact', 'here'];
  for (let at = dice.between(1, 3); at > 0; at -= 1) stage.subject(dice.pick(origins));
  const queuedAt = stage.poll(2);
  stage.storm(dice.pick(['messageDelayed', 'messageAgain']), queuedAt, queuedAt + 6 * SECOND);
  stage.subjects.forEach((origin, subject) => {
    if (origin === 'here') {
      stage.act(dice.between(MINUTE, 3 * MINUTE), subject, { kind: 'create', sync: true, times: 1 });
    }
    const editedAt = queuedAt - dice.between(10 * SECOND, 90 * SECOND);
    stage.act(editedAt, subject, { kind: 'salesEdit', field: 'Title', value: stage.value('s') });
    const deletedAt = queuedAt + dice.between(10 * SECOND, 200 * SECOND);
    stage.act(deletedAt, subject, { kind: 'delete' });
    const syncAt = dice.chance(0.5) ? deletedAt : stage.poll(3);
    stage.act(syncAt + dice.between(SECOND, 90 * SECOND), subject, { kind: 'sync' });
    if (!dice.chance(0.5)) return;
    const lateAt = stage.poll(3) + dice.between(2 * MINUTE, 12 * MINUTE);
    stage.act(lateAt, subject, { kind: 'marketingEdit', field: 'Phone', value: stage.value('m') });
  });
  stage.weather('storeSlow', 'indexLate', 'messageDuplicated');
  return stage.finish();
}
