import type { OrgRecord } from '../../clients/org-client.ts';
import type { PersonView } from '../../clients/person-api-client.ts';
import { agreed, fact } from '../fact.ts';
import type { Stage } from '../stage.ts';
import { defineStep } from '../step.ts';

/** Fields that Leads and Contacts both have under the same name. */
const COMPARED = ['FirstName', 'LastName', 'Email', 'Title', 'Phone', 'HasOptedOutOfEmail', 'Product_Interest__c'];

interface Pair {
  readonly record: OrgRecord;
  readonly persons: readonly PersonView[];
}

export const firstSync = defineStep({
  title: 'The first sync brings every Lead and Contact of the org here',
  act: async (stage) => {
    stage.tell('the org was there first; the schedule fires as soon as the product runs');
    await stage.firstCycle();
    return everybody(stage);
  },
  check: async (_stage, pairs) => {
    const [first] = pairs;
    const one = (field: string) => ({ salesforce: first?.record[field], here: first?.persons[0]?.fields[field] });
    const counts = { salesforce: pairs.length, here: pairs.flatMap(({ persons }) => persons).length };
    return [
      agreed('records, persons', counts, pairs.length),
      agreed('LastName', one('LastName'), first?.record.LastName),
      agreed('Email', one('Email'), first?.record.Email),
      fact('persons that differ from their record', pairs.filter(differs).map(emailOf), []),
    ];
  },
});

export const quietCycles = defineStep({
  title: 'Two cycles while nobody edits anything write nothing, neither there nor here',
  act: async (stage) => {
    const before = await standing(stage);
    stage.tell('two cycles');
    await stage.cycle();
    await stage.cycle();
    return { before, after: await standing(stage) };
  },
  check: async (_stage, { before, after }) => [
    fact('records updated in Salesforce, in all', after.updated, before.updated),
    fact('records created in Salesforce, in all', after.created, before.created),
    fact('persons written', moved(before.versions, after.versions), []),
    fact('persons seen', after.versions.size, after.records),
  ],
});

/** Every living record of the org, with the persons here that have its email. */
async function everybody({ org, api }: Stage): Promise<readonly Pair[]> {
  const fields = ['Id', ...COMPARED].join(', ');
  const leads = await org.query(`SELECT ${fields} FROM Lead WHERE IsConverted = false ORDER BY Id`);
  const contacts = await org.query(`SELECT ${fields} FROM Contact ORDER BY Id`);
  const pairs: Pair[] = [];
  for (const record of [...leads, ...contacts]) {
    pairs.push({ record, persons: await api.personsWithEmail(String(record.Email)) });
  }
  return pairs;
}

function differs({ record, persons }: Pair): boolean {
  const [person] = persons;
  if (persons.length !== 1 || person?.salesforce?.id !== record.Id) return true;
  return COMPARED.some((field) => (record[field] ?? null) !== (person.fields[field] ?? null));
}

function emailOf({ record }: Pair): unknown {
  return record.Email;
}

async function standing(stage: Stage) {
  const { recordsUpdated, recordsCreated } = await stage.org.stats();
  const pairs = await everybody(stage);
  const persons = pairs.flatMap((pair) => pair.persons);
  const versions = new Map(persons.map(({ personId, version }) => [personId, version]));
  return { updated: recordsUpdated, created: recordsCreated, records: pairs.length, versions };
}

function moved(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly string[] {
  return [...after].filter(([personId, version]) => before.get(personId) !== version).map(([personId]) => personId);
}
