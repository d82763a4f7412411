/** The describe types that the org knows. */
export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'url'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'picklist'
  | 'multipicklist'
  | 'reference'
  | 'time'
  | 'encryptedstring'
  | 'address'
  | 'location';

/** A value of a dependent picklist. */
export interface DependentChoice {
  readonly value: string;
  readonly label: string;
  /** Values of the controlling field. */
  readonly validFor: readonly string[];
}

/** One field of an object, with the attributes that `describe` tells of it. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly nillable: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly custom: boolean;
  readonly calculated: boolean;
  readonly autoNumber: boolean;
  readonly externalId: boolean;
  readonly unique: boolean;
  readonly idLookup: boolean;
  readonly nameField: boolean;
  readonly restricted: boolean;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly groupable: boolean;
  readonly values: readonly string[];
  /** Labels of picklist values that read otherwise than the value itself. */
  readonly valueLabels: Readonly<Record<string, string>>;
  /** The picklist or checkbox that this picklist depends on, and what each of its values is offered for. */
  readonly controller: string | null;
  readonly choices: readonly DependentChoice[];
  readonly defaultValue: string | boolean | number | null;
  readonly referenceTo: readonly string[];
  readonly relationshipName: string | null;
  readonly compoundFieldName: string | null;
  readonly formula: string | null;
  /** Field-level security does not apply to it: `permissionable` is false in `describe`. */
  readonly alwaysVisible: boolean;
  /** The condition that a record must meet to be looked up here, in SOQL. */
  readonly lookupFilter: string | null;
  /** How the user interface shows its values, where the type alone does not say it. */
  readonly extraTypeInfo: string | null;
}

const PLAIN: Omit<Field, 'name' | 'label' | 'type'> = {
  length: 0,
  precision: 0,
  scale: 0,
  nillable: true,
  createable: true,
  updateable: true,
  custom: false,
  calculated: false,
  autoNumber: false,
  externalId: false,
  unique: false,
  idLookup: false,
  nameField: false,
  restricted: false,
  filterable: true,
  sortable: true,
  groupable: true,
  values: [],
  valueLabels: {},
  controller: null,
  choices: [],
  defaultValue: null,
  referenceTo: [],
  relationshipName: null,
  compoundFieldName: null,
  formula: null,
  alwaysVisible: false,
  lookupFilter: null,
  extraTypeInfo: null,
};

/** Lengths and attributes that follow from the type alone. */
const BY_TYPE: Readonly<Partial<Record<FieldType, Partial<Field>>>> = {
  id: { length: 18, nillable: false, createable: false, updateable: false, idLookup: true, alwaysVisible: true },
  reference: { length: 18 },
  email: { length: 80 },
  phone: { length: 40 },
  url: { length: 255 },
  textarea: { length: 255, extraTypeInfo: 'plaintextarea' },
  string: { length: 255 },
  picklist: { length: 255 },
  multipicklist: { length: 4099, sortable: false, groupable: false },
  boolean: { nillable: false, defaultValue: false },
  int: { precision: 8 },
  currency: { precision: 18, groupable: false },
  double: { precision: 18, groupable: false },
  percent: { precision: 18, groupable: false },
  datetime: { groupable: false },
  time: { groupable: false },
  encryptedstring: { length: 175, filterable: false, sortable: false, groupable: false },
  address: { createable: false, updateable: false, sortable: false, groupable: false },
  location: { createable: false, updateable: false, sortable: false, groupable: false },
};

/** Makes a field from its type's defaults and what differs from them. */
export function defineField(name: string, type: FieldType, differences: Partial<Field> = {}): Field {
  const label = differences.label ?? labelOf(name);
  return { ...PLAIN, ...BY_TYPE[type], name, type, ...differences, label };
}

/** `MailingPostalCode` reads `Mailing Postal Code`; `Score__c` reads `Score`. */
function labelOf(name: string): string {
  return name
    .replace(/__c$/, '')
    .replace(/Id$/, ' ID')
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2');
}

/** May the API write it at all, field-level security aside? */
export function isWritable(field: Field): boolean {
  return field.createable || field.updateable;
}

/** Put together from other fields as it is shown: no row holds it. */
export function isCompound({ type }: Field): boolean {
  return type === 'address' || type === 'location';
}

/** Must have a value once the record is saved; checkboxes always have one. */
export function mayNotBeEmpty(field: Field): boolean {
  return !field.nillable && field.createable && field.type !== 'boolean';
}
