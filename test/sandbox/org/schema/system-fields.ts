import { defineField, type Field, type FieldType } from './field.ts';

const READ_ONLY: Partial<Field> = { createable: false, updateable: false };
const SYSTEM: Partial<Field> = { ...READ_ONLY, nillable: false, alwaysVisible: true };

/**
 * What every record has.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/system_fields.htm}
 */
export const auditFields: readonly Field[] = [
  defineField('CreatedDate', 'datetime', SYSTEM),
  defineField('CreatedById', 'reference', { ...SYSTEM, referenceTo: ['User'], relationshipName: 'CreatedBy' }),
  defineField('LastModifiedDate', 'datetime', SYSTEM),
  defineField('LastModifiedById', 'reference', {
    ...SYSTEM,
    referenceTo: ['User'],
    relationshipName: 'LastModifiedBy',
  }),
  defineField('SystemModstamp', 'datetime', SYSTEM),
];

export function idField(object: string): Field {
  return defineField('Id', 'id', { label: `${object} ID` });
}

export const isDeletedField: Field = defineField('IsDeleted', 'boolean', { ...SYSTEM, label: 'Deleted' });

export function readOnly(name: string, type: FieldType, differences: Partial<Field> = {}): Field {
  return defineField(name, type, { ...READ_ONLY, ...differences });
}

export function reference(name: string, referenceTo: readonly string[], differences: Partial<Field> = {}): Field {
  return defineField(name, 'reference', { referenceTo, relationshipName: name.replace(/Id$/, ''), ...differences });
}

export function masterRecordField(object: string): Field {
  return reference('MasterRecordId', [object], { ...READ_ONLY, relationshipName: 'MasterRecord', alwaysVisible: true });
}

export function ownerField(referenceTo: readonly string[]): Field {
  return reference('OwnerId', referenceTo, { nillable: false, defaultValue: '$User.Id', alwaysVisible: true });
}

/** The fields of an address and the compound field that shows them as one. */
export function addressFields(prefix: string): Field[] {
  const compoundFieldName = `${prefix}Address`;
  const part = (name: string, type: FieldType, differences: Partial<Field>) =>
    defineField(`${prefix}${name}`, type, { ...differences, compoundFieldName });
  return [
    part('Street', 'textarea', { length: 255 }),
    part('City', 'string', { length: 40 }),
    part('State', 'string', { length: 80, label: `${prefix} State/Province`.trim() }),
    part('PostalCode', 'string', { length: 20, label: `${prefix} Zip/Postal Code`.trim() }),
    part('Country', 'string', { length: 80 }),
    part('Latitude', 'double', { precision: 18, scale: 15 }),
    part('Longitude', 'double', { precision: 18, scale: 15 }),
    part('GeocodeAccuracy', 'picklist', {
      length: 40,
      restricted: true,
      values: [
        'Address',
        'NearAddress',
        'Block',
        'Street',
        'ExtendedZip',
        'Zip',
        'Neighborhood',
        'City',
        'County',
        'State',
        'Unknown',
      ],
    }),
    defineField(compoundFieldName, 'address'),
  ];
}

/** First and last name, salutation, and the `Name` that is put together from them. */
export function personNameFields(): Field[] {
  const part = { compoundFieldName: 'Name', extraTypeInfo: 'personname', alwaysVisible: true } as const;
  return [
    defineField('LastName', 'string', { ...part, length: 80, nillable: false }),
    defineField('FirstName', 'string', { ...part, length: 40 }),
    defineField('Salutation', 'picklist', {
      ...part,
      length: 40,
      values: ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.', 'Mx.'],
    }),
    readOnly('Name', 'string', {
      length: 121,
      nillable: false,
      nameField: true,
      label: 'Full Name',
      extraTypeInfo: 'personname',
      alwaysVisible: true,
    }),
  ];
}
