import { agreed, fact } from '../fact.ts';
import type { Stage } from '../stage.ts';
import { defineStep } from '../step.ts';

const GRACE = { FirstName: 'Grace', LastName: 'Hopper', Company: 'Compilers Inc', Email: 'grace.hopper@example.com' };

/** The Leads that carry a person's id. */
async function leadsOf({ org }: Stage, personId: string | undefined) {
  return org.query(`SELECT Id, LastName, Company, Email FROM Lead WHERE Person_Id__c = '${personId ?? ''}'`);
}

export const createdAtOnce = defineStep({
  title: 'Sync person creates the Lead of a new person at once, without a cycle',
  act: async (stage) => {
    stage.tell('POST /sync-person for Grace Hopper, whom neither side knows');
    return stage.api.syncPerson(GRACE);
  },
  check: async (stage, answer) => {
    const person = answer.kind === 'synced' ? answer.person : undefined;
    const leads = await leadsOf(stage, person?.personId);
    return [
      fact('answer', answer.kind === 'synced' ? answer.outcome : answer, 'created'),
      fact('Leads with her person id', leads.length, 1),
      agreed('Email', { salesforce: leads[0]?.Email, here: person?.fields.Email }, GRACE.Email),
      agreed('Company', { salesforce: leads[0]?.Company, here: person?.fields.Company }, GRACE.Company),
      fact('the Lead that she is linked to', person?.salesforce?.id, leads[0]?.Id),
    ];
  },
});

export const nothingToDo = defineStep({
  title: 'The same call again finds nothing to do',
  act: async (stage) => {
    const before = await stage.org.stats();
    stage.tell('POST /sync-person for Grace Hopper, as before');
    return { before, answer: await stage.api.syncPerson(GRACE) };
  },
  check: async (stage, { before, answer }) => {
    const after = await stage.org.stats();
    const written = ({ recordsCreated, recordsUpdated }: typeof after) => recordsCreated + recordsUpdated;
    const personId = answer.kind === 'synced' ? answer.person.personId : undefined;
    return [
      fact('answer', answer.kind === 'synced' ? answer.outcome : answer, 'unchanged'),
      fact('records written in Salesforce', written(after) - written(before), 0),
      fact('Leads with her person id', (await leadsOf(stage, personId)).length, 1),
    ];
  },
});
