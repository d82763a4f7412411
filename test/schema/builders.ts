import type { SalesforceType } from '../../lib/person/row.ts';
import { PERSON_ID_FIELD, SYSTEM_COLUMNS } from '../../lib/schema/catalogue.ts';
import type { DescribedField, DescribedObject } from '../../lib/schema/describe.ts';
import { type ObjectSchema, objectSchema } from '../../lib/schema/object-schema.ts';
import { DEFAULT_POLICY, type SyncPolicy } from '../../lib/schema/sync-policy.ts';

/** A field as describe tells it: custom where the name says so. */
export function described(name: string, over: Partial<DescribedField> = {}): DescribedField {
  return {
    name,
    label: name,
    type: 'string',
    custom: name.endsWith('__c'),
    createable: true,
    updateable: true,
    length: 255,
    precision: 0,
    digits: 0,
    scale: 0,
    nillable: true,
    defaultedOnCreate: false,
    calculated: false,
    autoNumber: false,
    restrictedPicklist: false,
    picklistValues: [],
    unique: name === PERSON_ID_FIELD,
    filterable: true,
    ...over,
  };
}

/** An object with all system columns, and these fields. */
export function describedObject(type: SalesforceType, fields: readonly DescribedField[]): DescribedObject {
  const system = SYSTEM_COLUMNS[type].map((name) => described(name));
  return { name: type, fields: [...system, ...fields] };
}

export function schemaOf(
  type: SalesforceType,
  fields: readonly DescribedField[],
  policy: SyncPolicy = DEFAULT_POLICY,
): ObjectSchema {
  return objectSchema(type, describedObject(type, fields), policy);
}

export function policyWith(fields: Partial<SyncPolicy['fields']>, over: Partial<SyncPolicy> = {}): SyncPolicy {
  return { ...DEFAULT_POLICY, ...over, fields: { ...DEFAULT_POLICY.fields, ...fields } };
}
