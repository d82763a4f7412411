import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/** Rows are merged in Salesforce while edits of their persons wait, or one after another into a third. */
export function mergedWhileEdited(seed: number): Stage {
  const stage = new StageWriter('merged rows', seed);
  const { dice } = stage;
  const type = dice.pick(['Lead', 'Contact'] as const);
  const [loser, winner] = [stage.subject(type), stage.subject(type)];
  const joinedAt = stage.poll(2) - dice.between(-10 * SECOND, 4 * MINUTE);
  editAround(stage, [loser, winner], joinedAt);
  stage.join(joinedAt, loser, winner);
  if (dice.chance(0.4)) {
    const third = stage.subject(type);
    stage.join(joinedAt + dice.between(SECOND, 6 * MINUTE), winner, third);
    if (dice.chance(0.5)) editAround(stage, [third], joinedAt);
  }
  afterwards(stage, [loser, winner], joinedAt);
  return stage.finish();
}

/** A Lead is converted, into a new Contact or into one that is a person already, while edits wait. */
export function convertedWhileEdited(seed: number): Stage {
  const stage = new StageWriter('converted row', seed);
  const { dice } = stage;
  const lead = stage.subject('Lead');
  const convertedAt = stage.poll(2) - dice.between(-10 * SECOND, 4 * MINUTE);
  const contact = stage.subject('Contact');
  if (dice.chance(0.5)) {
    // A value that the Contact takes over from the Lead.
    if (dice.chance(0.5)) stage.act(SECOND, lead, { kind: 'salesEdit', field: 'Title', value: stage.value('s') });
    editAround(stage, [lead], convertedAt);
    stage.act(convertedAt, lead, { kind: 'convert' });
  } else {
    editAround(stage, [lead, contact], convertedAt);
    stage.join(convertedAt, lead, contact);
  }
  afterwards(stage, [lead, contact], convertedAt);
  return stage.finish();
}

/**
 * Edits on either side shortly before: some are in step by then, others wait. Each side has fields of its own; where a
 * merge brings an edit over one of Salesforce, the log tells of both values, though not as of a conflict.
 */
function editAround(stage: StageWriter, subjects: readonly number[], at: number): void {
  const { dice } = stage;
  for (const subject of subjects) {
    for (const field of ['Title', 'Phone', 'City']) {
      if (dice.chance(0.3)) continue;
      const kind = field === 'City' ? 'salesEdit' : 'marketingEdit';
      const value = stage.value(kind === 'salesEdit' ? 's' : 'm');
      // Edits of one field at one moment have no order that anybody could tell.
      const before = (subject * 3 + 1) * 20 * SECOND + dice.between(0, 5 * SECOND);
      stage.act(at - before, subject, { kind, field, value });
    }
  }
}

/** What makes it hard to see the join through: late and doubled messages, functions that die, somebody who syncs. */
function afterwards(stage: StageWriter, subjects: readonly number[], at: number): void {
  const { dice } = stage;
  const pollAt = stage.poll(2);
  if (dice.chance(0.5)) stage.storm('messageDelayed', pollAt, pollAt + 6 * SECOND, 0.5);
  const trouble = dice.pick(['crash', 'storeThrottled', 'storeAnswerLost', 'storeSlow'] as const);
  if (dice.chance(0.6)) stage.storm(trouble, pollAt + SECOND, pollAt + 40 * SECOND, 0.25);
  for (const subject of subjects) {
    if (dice.chance(0.4)) stage.act(at + dice.between(SECOND, 6 * MINUTE), subject, { kind: 'sync' });
  }
  stage.act(at + 15 * MINUTE, subjects[0] ?? 0, { kind: 'sync' });
  stage.weather('indexLate', 'messageDuplicated', 'messageAgain');
}
