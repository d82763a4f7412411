import { agreed, fact } from '../fact.ts';
import { defineStep } from '../step.ts';

const HIDDEN = 'Score__c';

export const hiddenField = defineStep({
  title: 'A field that is hidden from the sync user does not travel',
  act: async (stage) => {
    const actor = await stage.next('Lead');
    stage.tell(`the org hides ${HIDDEN} of Leads from the sync user`);
    await stage.org.control('POST field-access', { object: 'Lead', field: HIDDEN, read: false, edit: false });
    stage.tell(`in Salesforce, ${actor.name} gets the score 4711 and the title "Scored"; then a cycle`);
    await stage.org.update('Lead', actor.recordId, { [HIDDEN]: 4711, Title: 'Scored' });
    await stage.cycle();
    return { actor };
  },
  check: async (stage, { actor }) => {
    const { record, person } = await stage.look(actor);
    return [
      agreed('Title', { salesforce: record.Title, here: person.fields.Title }, 'Scored'),
      fact(`${HIDDEN} in Salesforce`, record[HIDDEN], 4711),
      fact(`${HIDDEN} travelled`, person.fields[HIDDEN] === 4711, false),
      fact('status', person.sync.status, 'synced'),
    ];
  },
});
