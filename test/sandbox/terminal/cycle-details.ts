import type { FieldValue } from '../../../lib/person/field-value.ts';
import type { ShownValue } from '../../../lib/person/long-value.ts';
import type { ActivityView, PersonApiClient, PersonView } from '../clients/person-api-client.ts';

/** A conflict or a rejection of one person, with names and values. */
export type Detail =
  | {
      readonly kind: 'conflict';
      readonly person: string;
      readonly field: string;
      readonly local: FieldValue;
      readonly remote: FieldValue;
      readonly winner: 'local' | 'remote';
    }
  | {
      readonly kind: 'rejected';
      readonly person: string;
      readonly values: readonly (readonly [field: string, value: FieldValue])[];
      readonly code: string;
      readonly message: string;
    };

/** How many persons of a cycle are asked for their conflicts: an answer each. */
const ASKED = 50;

/** The rejections and conflicts since an instant, of at most so many persons, read through the API alone. */
export async function detailsSince(
  api: PersonApiClient,
  since: string,
  wanted: { readonly rejected: number; readonly conflicts: number },
): Promise<readonly Detail[]> {
  const rejected = wanted.rejected > 0 ? await rejectionsSince(api, since) : [];
  const conflicts = wanted.conflicts > 0 ? await conflictsSince(api, since, wanted.conflicts) : [];
  return [...conflicts, ...rejected];
}

async function rejectionsSince(api: PersonApiClient, since: string): Promise<readonly Detail[]> {
  const { persons } = await pageOf(api, `/sync/rejections?limit=${ASKED}`);
  return persons.flatMap((person): Detail[] => {
    const { rejection } = person.sync;
    if (rejection === null || rejection.at < since) return [];
    const values = rejection.fields.map((field) => [field, person.fields[field] ?? null] as const);
    return [{ kind: 'rejected', person: nameOf(person), values, code: rejection.code, message: rejection.message }];
  });
}

async function conflictsSince(api: PersonApiClient, since: string, wanted: number): Promise<readonly Detail[]> {
  const found: Detail[] = [];
  for (const person of await updatedSince(api, since)) {
    if (found.length >= wanted) break;
    const { body } = await api.send(`GET /persons/${person.personId}/activities?limit=20`);
    for (const activity of (body as { activities?: readonly ActivityView[] }).activities ?? []) {
      if (activity.type !== 'conflict' || activity.at < since) continue;
      const { field, local, remote, winner } = activity.detail;
      found.push({
        kind: 'conflict',
        person: nameOf(person),
        field,
        local: begun(local),
        remote: begun(remote),
        winner,
      });
    }
  }
  return found;
}

/** Of a long text its beginning. */
function begun(value: ShownValue): FieldValue {
  return typeof value === 'object' && value !== null ? value.start : value;
}

/** The first persons of the list; a page may be short while more follow. */
async function updatedSince(api: PersonApiClient, since: string): Promise<readonly PersonView[]> {
  const found: PersonView[] = [];
  let cursor: string | null = '';
  for (let pages = 0; cursor !== null && pages < ASKED && found.length < ASKED; pages += 1) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: PersonsPage = await pageOf(
      api,
      `/persons?updatedSince=${encodeURIComponent(since)}&limit=${ASKED}${after}`,
    );
    found.push(...page.persons);
    cursor = page.cursor;
  }
  return found;
}

interface PersonsPage {
  readonly persons: readonly PersonView[];
  readonly cursor: string | null;
}

async function pageOf(api: PersonApiClient, path: string): Promise<PersonsPage> {
  const { status, body } = await api.send(`GET ${path}`);
  if (status !== 200) throw new Error(`GET ${path} answered ${status}`);
  return body as PersonsPage;
}

/** Who a person is for a reader: the name, else the email, else the id. */
export function nameOf({ personId, fields }: PersonView): string {
  const name = [fields.FirstName, fields.LastName].filter((part) => typeof part === 'string' && part !== '').join(' ');
  if (name !== '') return name;
  return typeof fields.Email === 'string' && fields.Email !== '' ? fields.Email : personId;
}
