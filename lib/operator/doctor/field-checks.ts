import type { SalesforceType } from '../../person/row.ts';
import type { SalesforceClient } from '../../salesforce/client.ts';
import { createSalesforceChangeFeed } from '../../salesforce/salesforce-change-feed.ts';
import { PERSON_ID_FIELD, STANDARD_FIELDS } from '../../schema/catalogue.ts';
import type { DescribedObject } from '../../schema/describe.ts';
import { type FieldReport, fieldReports } from '../../schema/field-report.ts';
import { type ObjectSchema, objectSchema } from '../../schema/object-schema.ts';
import type { SyncPolicy } from '../../schema/sync-policy.ts';
import { type Examination, type Finding, note, ok, problem } from './finding.ts';
import { fieldsOf } from './org-checks.ts';
import { recordingClient } from './recording-client.ts';

const ASSIGN = 'edit field-level security, or the permission sets of salesforce/README.md';

/** Every field of the catalogue as visible to the sync user, the key field, and the required fields. */
export function fields(given: SalesforceClient, types: readonly SalesforceType[], policy: SyncPolicy): Examination {
  return {
    name: 'fields',
    async run() {
      const { client, calls } = recordingClient(given);
      const described = await createSalesforceChangeFeed(client).describe(types);
      return types.flatMap((type) => {
        const object = described.get(type)?.object;
        if (object === undefined) return [problem(type, 'Salesforce does not describe it', ASSIGN)];
        const call = calls.find(({ request }) => request.path === `/sobjects/${type}/describe`);
        return [...keyField(type, fieldsOf(call?.answer.body)), ...fieldsOfObject(type, object, policy)];
      });
    },
  };
}

function fieldsOfObject(type: SalesforceType, object: DescribedObject, policy: SyncPolicy): readonly Finding[] {
  const schema = objectSchema(type, object, policy);
  return [...missing(type, schema), ...catalogue(type, fieldReports(schema, policy)), ...addresses(type, object)];
}

/** The key field must be visible, unique and an external id. */
function keyField(type: SalesforceType, raw: readonly Readonly<Record<string, unknown>>[]): readonly Finding[] {
  const check = `${type}.${PERSON_ID_FIELD}`;
  const field = raw.find(({ name }) => name === PERSON_ID_FIELD);
  const install = 'deploy the metadata of salesforce/ and assign "Lockstep Sync"';
  if (field === undefined) return [problem(check, 'missing, or not visible to the sync user', install)];
  const lacking = ['unique', 'externalId', 'createable'].filter((property) => field[property] !== true);
  if (lacking.length === 0) return [ok(check, 'visible, unique, an external id')];
  return lacking.map((property) => problem(check, `not ${property}`, install));
}

function missing(type: SalesforceType, { missing: lacking }: ObjectSchema): readonly Finding[] {
  return lacking
    .filter(({ apiName }) => apiName !== PERSON_ID_FIELD)
    .map(({ apiName, access, without }) =>
      problem(`${type}.${apiName}`, `needed for "${access}" and not given: ${without}`, ASSIGN),
    );
}

/** One line per object for the fields synced both ways, and one line per other field of the catalogue. */
function catalogue(type: SalesforceType, reports: readonly FieldReport[]): readonly Finding[] {
  const known = reports.filter(({ field }) => field !== null);
  const both = known.filter(({ direction }) => direction === 'both');
  const others = known.filter(({ direction }) => direction !== 'both');
  return [
    both.length > 0
      ? ok(`${type} fields`, `${both.length} sync both ways`)
      : problem(`${type} fields`, 'no field syncs both ways', ASSIGN),
    ...others.map(({ apiName, direction, why }) => note(`${type}.${apiName}`, `${direction}: ${why}`)),
  ];
}

function addresses(type: SalesforceType, { fields: described }: DescribedObject): readonly Finding[] {
  const code = STANDARD_FIELDS.get('StateCode')?.[type];
  const has = described.some(({ name }) => name === code);
  return [note(`${type} addresses`, has ? 'states and countries are picklists' : 'states and countries are text')];
}
