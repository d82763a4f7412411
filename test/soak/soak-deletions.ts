import type { OrgClient } from '../sandbox/clients/org-client.ts';
import type { PersonApiClient, PersonView } from '../sandbox/clients/person-api-client.ts';
import { answerOf, type SoakLedger } from './soak-ledger.ts';
import type { Verdict } from './soak-verdict.ts';

interface Sides {
  readonly api: PersonApiClient;
  readonly admin: OrgClient;
  readonly ledger: SoakLedger;
}

/** Whether the API says that the person, or whom it became a part of, was deleted here. */
export async function isDeletedHere(api: PersonApiClient, personId: string): Promise<boolean> {
  const { status, body } = await api.send(`GET /persons/${personId}`);
  const { detail } = (body ?? {}) as { readonly detail?: unknown };
  return status === 404 && typeof detail === 'string' && detail.startsWith('deleted here');
}

/** Who was deleted here is not shown by any row of Salesforce; whose row was to be deleted too has none that lives. */
export async function checkDeletions({ api, admin, ledger }: Sides): Promise<Verdict> {
  const broken: string[] = [];
  const done = ledger.deletions.filter(({ answer }) => answer === 'accepted');
  for (const { person, salesforce } of done) {
    const { personId } = person;
    const shown = await api.send(`GET /persons/${personId}`);
    // A person deleted here whose row lost a merge has become a part of one who was not.
    if (shown.status === 200 && (shown.body as PersonView).personId === personId) broken.push(`${personId} is back`);
    else if (shown.status !== 200 && !(await isDeletedHere(api, personId))) {
      broken.push(`${personId} is ${shown.status}: ${JSON.stringify(shown.body)}`);
    }
    const link = person.salesforce;
    if (salesforce === 'keep' || link === null || ledger.takenOut.has(link.id)) continue;
    const [row] = await admin.query(`SELECT Id FROM ${link.type} WHERE Id = '${link.id}'`);
    if (row !== undefined) broken.push(`${personId} was deleted with ${link.id}, which is there`);
  }
  const notes = [`${done.length} persons deleted here, ${ledger.purged.size} rows deleted for good`];
  return { oracle: 'deleted is deleted', broken, notes };
}

/** Brings back whoever was deleted here, whose log can only then be read, unless another has the email now. */
export async function reviveAll({ api, ledger }: Sides): Promise<void> {
  for (const { person } of ledger.deletions) {
    if (!(await isDeletedHere(api, person.personId))) continue;
    const { Email = null, LastName = null, Company = null } = person.fields;
    const fields = person.salesforce === null ? { Email, LastName, Company } : { Email };
    const answer = await answerOf(api.create(fields));
    const isBack = !(await isDeletedHere(api, person.personId));
    ledger.count(`revive: ${answer === 'accepted' && !isBack ? 'another has the email' : answer}`);
  }
}

/** The rows of those who are still deleted here, and the rows that took the place of those. */
export function rowsOfDeleted(deleted: ReadonlySet<string>, ledger: SoakLedger): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { person } of ledger.deletions) {
    let id = deleted.has(person.personId) ? person.salesforce?.id : undefined;
    for (; id !== undefined && !found.has(id); id = ledger.became.get(id)) found.add(id);
  }
  return found;
}
