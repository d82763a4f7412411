import { agreed, fact, sides } from '../fact.ts';
import type { Actor, Stage } from '../stage.ts';
import { defineStep } from '../step.ts';

const RULE = { object: 'Lead', name: 'No_Interns' };
const MESSAGE = 'Interns are not leads';
const CODE = 'FIELD_CUSTOM_VALIDATION_EXCEPTION';

async function forbidInterns(stage: Stage): Promise<void> {
  stage.tell(`the org gets a validation rule: a Lead whose Title is "Intern" is refused, "${MESSAGE}"`);
  await stage.org.control('POST validation-rules', {
    ...RULE,
    errorWhen: "Title = 'Intern'",
    message: MESSAGE,
    field: 'Title',
  });
}

/** What the log holds of refusals, newest first. */
async function rejectionsOf({ api }: Stage, actor: Actor) {
  const activities = await api.activities(actor.personId);
  return activities.flatMap((activity) => (activity.type === 'rejected' ? [activity.detail] : []));
}

/** One entry of the log, with all that it must tell. */
const ONE_REJECTION = [{ code: CODE, message: MESSAGE, fields: ['Title'], values: { Title: 'Intern' } }];

export const refusedAtOnce = defineStep({
  title: 'Salesforce refuses what sync person pushes: the caller is told, and the log has it once',
  act: async (stage) => {
    await forbidInterns(stage);
    const actor = await stage.next('Lead');
    const { record } = await stage.look(actor);
    stage.tell(`here, ${actor.name} becomes "Intern"; then sync person, and a cycle`);
    await stage.api.edit(actor.personId, { Title: 'Intern' });
    const answer = await stage.api.sync(actor.personId);
    await stage.cycle();
    return { actor, answer, title: record.Title };
  },
  check: async (stage, { actor, answer, title }) => {
    const { record, person } = await stage.look(actor);
    const told = answer.kind === 'problem' ? [answer.status, answer.type, answer.rejection?.code] : answer;
    return [
      fact('answer', told, [422, '/problems/salesforce-rejected', CODE]),
      sides('Title', { salesforce: record.Title, here: person.fields.Title }, { salesforce: title, here: 'Intern' }),
      fact('status', person.sync.status, 'rejected'),
      fact('rejections in the log', await rejectionsOf(stage, actor), ONE_REJECTION),
    ];
  },
});

export const parkedInBackground = defineStep({
  title: 'Salesforce refuses one of a batch: the rest goes through, and the one does when it is mended',
  act: async (stage) => {
    const refused = await stage.next('Lead');
    const others = [await stage.next('Lead'), await stage.next('Lead'), await stage.next('Lead')];
    stage.tell(`here, ${refused.name} becomes "Intern" and three others become "Analyst"; then two cycles`);
    await stage.api.edit(refused.personId, { Title: 'Intern' });
    for (const { personId } of others) await stage.api.edit(personId, { Title: 'Analyst' });
    await stage.cycle();
    await stage.cycle();
    const parked = (await stage.look(refused)).person;
    const isListed = (await stage.api.rejections()).some(({ personId }) => personId === refused.personId);
    const log = await rejectionsOf(stage, refused);
    const titles = await Promise.all(others.map(async (other) => (await stage.look(other)).record.Title));
    stage.tell(`then ${refused.name} becomes "Trainee", and a cycle`);
    await stage.api.edit(refused.personId, { Title: 'Trainee' });
    await stage.cycle();
    return { refused, parked, isListed, log, titles };
  },
  check: async (stage, { refused, parked, isListed, log, titles }) => {
    const { record, person } = await stage.look(refused);
    return [
      fact('the others in Salesforce', titles, ['Analyst', 'Analyst', 'Analyst']),
      fact('status while refused', parked.sync.status, 'rejected'),
      fact('among the rejections', isListed, true),
      fact('rejections in the log', log, ONE_REJECTION),
      agreed('Title when mended', { salesforce: record.Title, here: person.fields.Title }, 'Trainee'),
      fact('status when mended', person.sync.status, 'synced'),
      fact('rejections in the log', (await rejectionsOf(stage, refused)).length, 1),
    ];
  },
});
