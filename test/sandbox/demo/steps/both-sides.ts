import { agreed, fact } from '../fact.ts';
import { defineStep } from '../step.ts';

export const differentFields = defineStep({
  title: 'Edits of different fields on both sides both survive',
  act: async (stage) => {
    const actor = await stage.next('Lead');
    stage.tell(
      `in Salesforce, ${actor.name} becomes "Architect"; here, the phone becomes "+1 555 0100"; then two cycles`,
    );
    await stage.org.update('Lead', actor.recordId, { Title: 'Architect' });
    await stage.api.edit(actor.personId, { Phone: '+1 555 0100' });
    // The row and the edit go by messages of their own: where they meet, the push waits for the next cycle.
    await stage.cycle();
    await stage.cycle();
    return actor;
  },
  check: async (stage, actor) => {
    const { record, person } = await stage.look(actor);
    const activities = await stage.api.activities(actor.personId);
    return [
      agreed('Title', { salesforce: record.Title, here: person.fields.Title }, 'Architect'),
      agreed('Phone', { salesforce: record.Phone, here: person.fields.Phone }, '+1 555 0100'),
      fact('conflicts in the log', activities.filter(({ type }) => type === 'conflict').length, 0),
    ];
  },
});

export const sameField = defineStep({
  title: 'The same field edited on both sides: ours wins, and the log holds both values',
  act: async (stage) => {
    const actor = await stage.next('Lead');
    stage.tell(`${actor.name} becomes "Vice President" in Salesforce and "President" here; then two cycles`);
    await stage.org.update('Lead', actor.recordId, { Title: 'Vice President' });
    await stage.api.edit(actor.personId, { Title: 'President' });
    // The row and the edit go by messages of their own: where they meet, the push waits for the next cycle.
    await stage.cycle();
    await stage.cycle();
    return actor;
  },
  check: async (stage, actor) => {
    const { record, person } = await stage.look(actor);
    const activities = await stage.api.activities(actor.personId);
    const conflicts = activities.flatMap((activity) => (activity.type === 'conflict' ? [activity.detail] : []));
    return [
      agreed('Title', { salesforce: record.Title, here: person.fields.Title }, 'President'),
      fact('conflicts in the log', conflicts, [
        { field: 'Title', local: 'President', remote: 'Vice President', winner: 'local' },
      ]),
    ];
  },
});
