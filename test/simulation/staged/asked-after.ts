import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/**
 * Rows leave Salesforce for good between two polls, a day before anybody asks which were deleted. Somebody asks for a
 * reconciliation, which alone can find them, and which fails and is killed on its way.
 */
export function foundWhenAskedFor(seed: number): Stage {
  const stage = new StageWriter('asked after', seed);
  const { dice } = stage;
  for (let at = dice.between(2, 5); at > 0; at -= 1) stage.subject(dice.pick(['Lead', 'Contact']));
  // The first question which rows were deleted goes out with the second poll.
  const goneFrom = stage.poll(1) + 10 * SECOND;
  const goneTo = stage.poll(2) - 10 * SECOND;
  stage.subjects.forEach((_, subject) => {
    if (subject > 0 && dice.chance(0.4)) return;
    const goneAt = dice.between(goneFrom, goneTo);
    stage.act(goneAt, subject, { kind: 'hardDelete' });
    if (!dice.chance(0.3)) return;
    // Whoever is pushed is found out by the push.
    const editedAt = goneAt + dice.between(-2 * MINUTE, 10 * MINUTE);
    stage.act(editedAt, subject, { kind: 'marketingEdit', field: 'Title', value: stage.value('m') });
  });
  const askedAt = goneTo + dice.between(SECOND, 8 * MINUTE);
  stage.act(askedAt, 0, { kind: 'reconcile', acceptMissing: dice.chance(0.5) });
  if (dice.chance(0.3)) {
    stage.act(askedAt + dice.between(SECOND, 8 * MINUTE), 0, { kind: 'reconcile', acceptMissing: false });
  }
  for (let poll = 2; poll <= 4; poll += 1) {
    const from = stage.poll(poll) + 500;
    stage.storm(
      dice.pick(['crash', 'sendFailed', 'sendAnswerLost']),
      from,
      from + 5 * SECOND,
      dice.chance(0.5) ? 0.1 : 0.6,
    );
  }
  stage.weather('indexLate', 'messageDuplicated', 'messageDelayed', 'answerTimedOut', 'pollSkipped');
  // Long enough for one poll to come through.
  stage.act(stage.poll(5) + MINUTE, stage.subject('Lead'), {
    kind: 'salesEdit',
    field: 'City',
    value: stage.value('s'),
  });
  return stage.finish();
}
