import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/** For how long, in polls, nothing can be merged: longer than the feed remembers what it has queued. */
const OUTAGE_POLLS = 10;

/**
 * The store takes no writes of the merge function for most of an hour, and a message waits all that time. Meanwhile its
 * row goes back to what is stored here, or is deleted; the poll has forgotten the message by then, so that the row's
 * newer state may leave no trace. Then the old message comes.
 */
export function comesAfterAnHour(seed: number): Stage {
  const stage = new StageWriter('old message', seed);
  const { dice } = stage;
  const subject = stage.subject(dice.pick(['Lead', 'Contact']));
  const isUnknown = dice.chance(0.4);
  // A row that nobody here has heard of when the outage begins, or one that is edited just before.
  const queuedBy = isUnknown ? 0 : 2;
  const [first, second] = [stage.value('s'), stage.value('s')];
  if (!isUnknown) {
    stage.act(SECOND, subject, { kind: 'salesEdit', field: 'Title', value: first });
    const editedAt = stage.poll(2) - dice.between(10 * SECOND, 4 * MINUTE);
    stage.act(editedAt, subject, { kind: 'salesEdit', field: 'Title', value: second });
  }
  const queuedAt = stage.poll(queuedBy);
  stage.storm('messageDelayed', queuedAt, queuedAt + 4 * SECOND);
  for (let poll = 0; poll < OUTAGE_POLLS; poll += 1) {
    stage.storm('storeThrottled', stage.poll(queuedBy + poll) + 5 * SECOND, stage.poll(queuedBy + poll + 1));
  }
  const overAt = stage.poll(queuedBy + OUTAGE_POLLS);
  const changedAt = overAt + dice.between(-3 * MINUTE, 4 * MINUTE);
  if (isUnknown) stage.act(changedAt, subject, { kind: 'delete' });
  else stage.act(changedAt, subject, { kind: 'salesEdit', field: 'Title', value: first });
  const other = stage.subject(dice.pick(['Lead', 'Contact']));
  stage.act(overAt + 10 * MINUTE, other, { kind: 'salesEdit', field: 'City', value: stage.value('s') });
  stage.weather('indexLate', 'messageDuplicated', 'shortPage');
  return stage.finish();
}
