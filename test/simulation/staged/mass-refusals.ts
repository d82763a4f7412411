import { MINUTE, SECOND, type Stage, StageWriter } from './stage.ts';

/** Several persons go out in one call without a guard, and Salesforce refuses some of them. */
export function refusedAmongOthers(seed: number): Stage {
  const stage = new StageWriter('refused among others', seed);
  const { dice } = stage;
  const type = dice.pick(['Lead', 'Contact'] as const);
  for (let at = dice.between(4, 7); at > 0; at -= 1) stage.subject(type);
  stage.always('massPushed');
  stage.act(30 * SECOND, 0, { kind: 'rule', on: true });
  stage.subjects.forEach((_, subject) => {
    const at = stage.poll(1) - dice.between(SECOND, MINUTE);
    const value = stage.value(dice.chance(0.4) ? 'bad' : 'm');
    stage.act(at, subject, { kind: 'marketingEdit', field: 'Title', value });
  });
  stage.weather('indexLate', 'storeSlow', 'messageDuplicated');
  return stage.finish();
}
