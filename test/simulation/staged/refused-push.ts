import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/** A bad title is on its way to Salesforce, which refuses it, while somebody here edits the person once more. */
export function editedWhileRefused(seed: number): Stage {
  const stage = new StageWriter('refused push', seed);
  const { dice } = stage;
  stage.act(30 * SECOND, stage.subject(dice.pick(['Lead', 'Contact'])), { kind: 'rule', on: true });
  stage.subject('Lead');
  stage.subject('Contact');
  stage.storm('salesforceSlow', MINUTE, 20 * MINUTE, 0.5);
  stage.weather('storeSlow', 'indexLate', 'messageDuplicated');
  stage.subjects.forEach((_, subject) => {
    const isSync = dice.chance(0.6);
    const at = isSync ? dice.between(2 * MINUTE, 4 * MINUTE) : stage.poll(1) - dice.between(SECOND, MINUTE);
    stage.act(at, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('bad') });
    const pushedAt = isSync ? at + dice.between(100, 2 * SECOND) : stage.poll(1) + dice.between(500, 5 * SECOND);
    if (isSync) stage.act(pushedAt, subject, { kind: 'sync' });
    const field = dice.chance(0.7) ? 'Title' : 'Phone';
    const editedAt = pushedAt + dice.between(100, 8 * SECOND);
    stage.act(editedAt, subject, { kind: 'marketingEdit', field, value: stage.value('m') });
    if (!dice.chance(0.25)) return;
    const noticedAt = pushedAt + dice.between(0, 8 * SECOND);
    stage.act(noticedAt, subject, { kind: 'salesEdit', field: 'City', value: stage.value('s') });
  });
  return stage.finish();
}

/** A bad title is refused and parked; the message that had it pushed comes again. */
export function handedOutAgain(seed: number): Stage {
  const stage = new StageWriter('refused again', seed);
  const { dice } = stage;
  for (let at = dice.between(1, 3); at > 0; at -= 1) stage.subject(dice.pick(['Lead', 'Contact']));
  stage.act(30 * SECOND, 0, { kind: 'rule', on: true });
  const pollAt = stage.poll(1);
  stage.storm(dice.pick(['messageDuplicated', 'messageAgain']), pollAt, pollAt + 5 * SECOND, 0.8);
  stage.subjects.forEach((_, subject) => {
    const value = stage.value('bad');
    stage.act(pollAt - dice.between(SECOND, 2 * MINUTE), subject, { kind: 'marketingEdit', field: 'Title', value });
    if (!dice.chance(0.3)) return;
    const field = dice.pick(['Title', 'Phone']);
    const mendedAt = pollAt + dice.between(MINUTE, 12 * MINUTE);
    stage.act(mendedAt, subject, { kind: 'marketingEdit', field, value: stage.value('m') });
  });
  stage.weather('storeSlow', 'indexLate', 'salesforceSlow');
  return stage.finish();
}
