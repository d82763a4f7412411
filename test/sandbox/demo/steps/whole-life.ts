import { agreed, fact } from '../fact.ts';
import { defineStep } from '../step.ts';

export const converted = defineStep({
  title: 'A Lead is converted: its person goes on as the Contact, and a waiting edit goes with it',
  act: async (stage) => {
    const actor = await stage.next('Lead');
    stage.tell(`here, ${actor.name} becomes "Customer"; in Salesforce, the Lead is converted; then two cycles`);
    await stage.api.edit(actor.personId, { Title: 'Customer' });
    await stage.org.control('POST convert', { leadId: actor.recordId });
    await stage.cycle();
    await stage.cycle();
    return actor;
  },
  check: async (stage, actor) => {
    const person = await stage.api.person(actor.personId);
    const [contact] = await stage.org.query(`SELECT Id, Title FROM Contact WHERE Email = '${actor.email}'`);
    const told = (await stage.api.activities(actor.personId)).filter(({ type }) => type === 'converted');
    return [
      fact('the record that the person is linked to', person.salesforce?.type, 'Contact'),
      agreed('id', { salesforce: contact?.Id, here: person.salesforce?.id }, contact?.Id),
      agreed('Title', { salesforce: contact?.Title, here: person.fields.Title }, 'Customer'),
      fact('persons with this email', (await stage.api.personsWithEmail(actor.email)).length, 1),
      fact('conversions in the log', told.length, 1),
    ];
  },
});

export const merged = defineStep({
  title: 'Two Leads are merged in Salesforce: their persons become one',
  act: async (stage) => {
    const [winner, loser] = [await stage.next('Lead'), await stage.next('Lead')];
    stage.tell(`in Salesforce, ${loser.name} is merged into ${winner.name}; then two cycles`);
    await stage.org.control('POST merge', {
      object: 'Lead',
      masterId: winner.recordId,
      loserIds: [loser.recordId],
    });
    await stage.cycle();
    await stage.cycle();
    return { winner, loser };
  },
  check: async (stage, { winner, loser }) => {
    // The person that was joined into the other answers with a redirect to the one that it is now.
    const [one, other] = [await stage.api.person(winner.personId), await stage.api.person(loser.personId)];
    const told = (await stage.api.activities(one.personId)).filter(
      ({ type, detail }) => type === 'merged' && 'from' in detail,
    );
    return [
      fact('who answers for the one merged away', other.personId, one.personId),
      fact('the record that the person is linked to', one.salesforce?.id, winner.recordId),
      fact('persons joined, in the log', told.length, 1),
    ];
  },
});

export const deleted = defineStep({
  title: 'A Lead is deleted in Salesforce: its person stays, and a sync makes a new Lead',
  act: async (stage) => {
    const actor = await stage.next('Lead');
    stage.tell(`in Salesforce, ${actor.name} is deleted; then a cycle, and a sync of the person`);
    await stage.org.delete('Lead', actor.recordId);
    await stage.cycle();
    const gone = await stage.api.person(actor.personId);
    const answer = await stage.api.sync(actor.personId);
    return { actor, gone, answer };
  },
  check: async (stage, { actor, gone, answer }) => {
    const person = await stage.api.person(actor.personId);
    const records = await stage.org.query(`SELECT Id FROM Lead WHERE Email = '${actor.email}'`);
    return [
      fact('deleted, as the person knows', gone.salesforce?.isDeleted, true),
      fact('answer of the sync', answer.kind === 'synced' ? answer.outcome : answer.kind, 'created'),
      agreed('id of the Lead', { salesforce: records[0]?.Id, here: person.salesforce?.id }, records[0]?.Id),
      fact('Leads with this email', records.length, 1),
    ];
  },
});

const NEW_PHONE = '+49 555 030';

export const deletedHere = defineStep({
  title: 'A person is deleted here: its record does not bring it back, POST with its email does',
  act: async (stage) => {
    const actor = await stage.next('Lead');
    stage.tell(`DELETE for ${actor.name}, the Lead kept; in Salesforce, its title becomes "Director"; then a cycle`);
    const path = `/persons/${actor.personId}`;
    const deletion = await stage.api.send(`DELETE ${path}?salesforce=keep`);
    await stage.org.update('Lead', actor.recordId, { Title: 'Director' });
    await stage.cycle();
    const read = await stage.api.send(`GET ${path}`);
    const edit = await stage.api.send(`PATCH ${path}`, { fields: { Phone: NEW_PHONE } });
    const found = await stage.api.personsWithEmail(actor.email);
    stage.tell('POST /persons with the same email and another phone; then a cycle');
    const revived = await stage.api.create({ Email: actor.email, Phone: NEW_PHONE });
    await stage.cycle();
    return { actor, statuses: [deletion, read, edit].map(({ status }) => status), found, revived };
  },
  check: async (stage, { actor, statuses, found, revived }) => {
    const { record, person } = await stage.look(actor);
    return [
      fact('answers to DELETE, GET and PATCH', statuses, [204, 404, 409]),
      fact('persons with this email, meanwhile', found.length, 0),
      fact('who came back', revived.personId, actor.personId),
      agreed('Title', { salesforce: record.Title, here: person.fields.Title }, 'Director'),
      agreed('Phone', { salesforce: record.Phone, here: person.fields.Phone }, NEW_PHONE),
    ];
  },
});
