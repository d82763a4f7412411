import type { SalesforceType } from '../person/row.ts';
import { STANDARD_FIELDS } from './catalogue.ts';
import type { DescribedField } from './describe.ts';
import { type ObjectSchema, objectSchema } from './object-schema.ts';
import type { SyncPolicy } from './sync-policy.ts';

/**
 * Types of the catalogue's fields other than plain text, the same in every org.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm
 */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['Email', 'email'],
  ['NumberOfEmployees', 'int'],
  ['AnnualRevenue', 'currency'],
  ['Birthdate', 'date'],
  ['HasOptedOutOfEmail', 'boolean'],
  ['HasOptedOutOfFax', 'boolean'],
  ['DoNotCall', 'boolean'],
  ['EmailBouncedDate', 'datetime'],
  ['CreatedDate', 'datetime'],
]);

/** Decimals of an amount by default. */
const SCALES: ReadonlyMap<string, number> = new Map([['AnnualRevenue', 2]]);

/** Read-only in every org. */
const READ_ONLY: ReadonlySet<string> = new Set(['CreatedDate']);

/** The assumed schema of an object before the first describe: the synced standard fields. */
export function undescribedSchema(type: SalesforceType, policy: SyncPolicy): ObjectSchema {
  const fields = [...STANDARD_FIELDS].flatMap(([name, field]) => {
    const apiName = field[type];
    return apiName === null ? [] : undescribedField(name, apiName);
  });
  return objectSchema(type, { name: type, fields }, policy);
}

function undescribedField(name: string, apiName: string): DescribedField {
  const isEditable = !READ_ONLY.has(name);
  return {
    name: apiName,
    label: apiName,
    type: TYPES.get(name) ?? 'string',
    custom: false,
    createable: isEditable,
    updateable: isEditable,
    length: 0,
    precision: 0,
    digits: 0,
    scale: SCALES.get(name) ?? 0,
    nillable: true,
    defaultedOnCreate: false,
    calculated: false,
    autoNumber: false,
    restrictedPicklist: false,
    picklistValues: [],
    unique: false,
    filterable: true,
  };
}
