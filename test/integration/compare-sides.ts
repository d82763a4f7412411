import type { FieldValue } from '../../lib/person/field-value.ts';
import type { OrgRecord, OrgValue } from '../sandbox/clients/org-client.ts';
import type { PersonView } from '../sandbox/clients/person-api-client.ts';
import type { TwoSides } from './running-sandbox.ts';

/** Local name of each compared field, and the Contact's own where it differs. */
const SHARED = ['FirstName', 'LastName', 'Title', 'Email', 'Phone', 'MobilePhone', 'Description', 'LeadSource'];
const COMPARED = {
  Lead: new Map([...SHARED, 'Company', 'Street', 'City', 'Website', 'Status', 'Industry'].map((name) => [name, name])),
  Contact: new Map([
    ...SHARED.map((name): [string, string] => [name, name]),
    ['Street', 'MailingStreet'],
    ['City', 'MailingCity'],
    ['Department', 'Department'],
  ]),
} as const;

type SalesforceType = keyof typeof COMPARED;

/** A Lead or Contact with the compared fields. */
export type SyncedRow = OrgRecord & { readonly type: SalesforceType };

/** All rows of both objects that are live and not converted. */
export async function allRows({ admin }: TwoSides): Promise<readonly SyncedRow[]> {
  const ofType = async (type: SalesforceType) => {
    const columns = [...new Set(['Id', 'Person_Id__c', ...COMPARED[type].values()])].join();
    const where = type === 'Lead' ? ' WHERE IsConverted = FALSE' : '';
    const records = await admin.query(`SELECT ${columns} FROM ${type}${where} ORDER BY Id`);
    return records.map((record) => ({ ...record, type }) as SyncedRow);
  };
  return [...(await ofType('Lead')), ...(await ofType('Contact'))];
}

/**
 * What the two sides differ in, a line each: a row without a person or with several, a person's id on two rows, a field
 * with two values, an edit still waiting. Every row has to have an email of its own. Empty where they are in step.
 */
export async function differences(sides: TwoSides): Promise<string[]> {
  return differencesIn(sides, await allRows(sides));
}

/** The same for some rows. */
export async function differencesIn(sides: TwoSides, rows: readonly SyncedRow[]): Promise<string[]> {
  const found: string[] = [];
  const byPersonId = Map.groupBy(
    rows.filter((row) => row.Person_Id__c !== null),
    (row) => row.Person_Id__c,
  );
  for (const [personId, some] of byPersonId) if (some.length > 1) found.push(`${some.length} rows of ${personId}`);
  for (let start = 0; start < rows.length; start += 20) {
    const some = rows.slice(start, start + 20).map((row) => differencesOfRow(sides, row));
    found.push(...(await Promise.all(some)).flat());
  }
  return found;
}

async function differencesOfRow({ api }: TwoSides, row: SyncedRow): Promise<string[]> {
  const persons = await api.personsWithEmail(String(row.Email));
  const [person] = persons;
  if (person === undefined || persons.length > 1) return [`${row.type} ${row.Id} has ${persons.length} persons`];
  if (person.salesforce?.id !== row.Id) return [`${person.personId} is not linked to ${row.Id}`];
  const waiting = person.sync.pending.map((field) => `${row.Id}: ${field} still waits`);
  return [...waiting, ...differentFields(row, person)];
}

function differentFields(row: SyncedRow, person: PersonView): string[] {
  return [...COMPARED[row.type]].flatMap(([local, remote]) => {
    const here = comparable(local, person.fields[local]);
    const there = comparable(local, row[remote]);
    return here === there ? [] : [`${row.Id}: ${local} is ${here} here and ${there} there`];
  });
}

/** Salesforce lowers the case of an email and trims text; neither is a difference. */
function comparable(field: string, value: FieldValue | OrgValue | undefined): string | null {
  if (value === undefined || value === null || value === '') return null;
  const text = String(value).trim();
  return field === 'Email' ? text.toLowerCase() : text;
}
