import { agreed, fact } from '../fact.ts';
import { defineStep } from '../step.ts';

export const editInSalesforce = defineStep({
  title: 'An edit made in Salesforce arrives here',
  act: async (stage) => {
    const actor = await stage.next('Lead');
    stage.tell(`in Salesforce, ${actor.name} becomes "Chief Tester"; then a cycle`);
    await stage.org.update('Lead', actor.recordId, { Title: 'Chief Tester' });
    await stage.cycle();
    return actor;
  },
  check: async (stage, actor) => {
    const { record, person } = await stage.look(actor);
    const [latest] = await stage.api.activities(actor.personId);
    return [
      agreed('Title', { salesforce: record.Title, here: person.fields.Title }, 'Chief Tester'),
      fact('newest entry of the log', [latest?.type, latest?.direction], ['fieldsChanged', 'pull']),
    ];
  },
});

export const editHere = defineStep({
  title: 'An edit made here arrives in Salesforce, at a Lead and at a Contact',
  act: async (stage) => {
    const lead = await stage.next('Lead');
    const contact = await stage.next('Contact');
    stage.tell(`here, ${lead.name} becomes "Head of Tests" and ${contact.name} moves to Delft; then a cycle`);
    await stage.api.edit(lead.personId, { Title: 'Head of Tests' });
    await stage.api.edit(contact.personId, { City: 'Delft' });
    await stage.cycle();
    return { lead, contact };
  },
  check: async (stage, { lead, contact }) => {
    const [first, second] = [await stage.look(lead), await stage.look(contact)];
    return [
      agreed('Title', { salesforce: first.record.Title, here: first.person.fields.Title }, 'Head of Tests'),
      agreed('City', { salesforce: second.record.MailingCity, here: second.person.fields.City }, 'Delft'),
      fact('status', [first.person.sync.status, second.person.sync.status], ['synced', 'synced']),
    ];
  },
});
