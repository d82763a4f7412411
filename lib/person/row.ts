import type { Fields } from './field-value.ts';

/** What tells one object from another, beside its fields (`schema/catalogue.ts`). */
interface SalesforceObject {
  /** The object of the record that a conversion makes of this one; null: its records are never converted. */
  readonly convertsTo: string | null;
  /** Whether Salesforce lets a queue own its records. */
  readonly queuesOwn: boolean;
}

/** The Salesforce objects that a person can be. */
export const OBJECTS = {
  Lead: { convertsTo: 'Contact', queuesOwn: true },
  Contact: { convertsTo: null, queuesOwn: false },
} as const satisfies Readonly<Record<string, SalesforceObject>>;

export type SalesforceType = keyof typeof OBJECTS;

export const SALESFORCE_TYPES = Object.keys(OBJECTS) as readonly SalesforceType[];

/** The object of the record that is created for a person who has none. */
export const CREATED_TYPE = 'Lead' satisfies SalesforceType;

export function isSalesforceType(name: unknown): name is SalesforceType {
  return typeof name === 'string' && Object.hasOwn(OBJECTS, name);
}

/** The object of a person's record: of the one it has, or of the one that would be created. */
export function typeOf({
  salesforce,
}: {
  readonly salesforce: { readonly type: SalesforceType } | null;
}): SalesforceType {
  return salesforce?.type ?? CREATED_TYPE;
}

/** One value for each object. */
export function byType<Value>(of: (type: SalesforceType) => Value): Readonly<Record<SalesforceType, Value>> {
  return Object.fromEntries(SALESFORCE_TYPES.map((type) => [type, of(type)])) as Record<SalesforceType, Value>;
}

/** Who an owner is; both are null for a queue. */
export interface OwnerName {
  readonly name: string | null;
  readonly email: string | null;
}

/** A Lead or Contact as Salesforce held it at `systemModstamp`, in local names and forms. */
export interface Row {
  readonly type: SalesforceType;
  /** 18 characters. */
  readonly id: string;
  /** ISO, whole seconds; never goes back for one row. */
  readonly systemModstamp: string;
  readonly isDeleted: boolean;
  /** The row that this one was merged into; only on a deleted row. */
  readonly masterRecordId: string | null;
  readonly isConverted: boolean;
  /** The Contact that a converted Lead became. */
  readonly convertedContactId: string | null;
  readonly ownerId: string | null;
  /** Absent where the read could not tell. */
  readonly owner?: OwnerName;
  /** The person that our side gave this row: `Person_Id__c` holds a key of it (`person-key.ts`). */
  readonly personId: string | null;
  /** Every field that was visible, null where it was empty. */
  readonly fields: Fields;
}

/** One row, by name. */
export interface RowName {
  readonly type: SalesforceType;
  readonly id: string;
}

/** The row that stands for this one from now on: the winner of a merge, the Contact of a converted Lead. */
export function successorOf(row: Row): RowName | null {
  if (row.isDeleted && row.masterRecordId !== null) return { type: row.type, id: row.masterRecordId };
  return conversionOf(row);
}

/** What a converted row became; null where it was not converted, or it does not say. */
export function conversionOf({ type, isConverted, convertedContactId: id }: Row): RowName | null {
  const into = OBJECTS[type].convertsTo;
  return isConverted && id !== null && into !== null ? { type: into, id } : null;
}
