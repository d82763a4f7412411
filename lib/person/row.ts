import type { Fields } from './field-value.ts';

/** Properties of an object besides the fields (`schema/catalogue.ts`). */
interface SalesforceObject {
  /** The object of the record created by a conversion; null where records of the object are never converted. */
  readonly convertsTo: string | null;
  /** Whether Salesforce allows a queue as owner. */
  readonly queuesOwn: boolean;
}

/** The Salesforce objects a person can be linked to. */
export const OBJECTS = {
  Lead: { convertsTo: 'Contact', queuesOwn: true },
  Contact: { convertsTo: null, queuesOwn: false },
} as const satisfies Readonly<Record<string, SalesforceObject>>;

export type SalesforceType = keyof typeof OBJECTS;

export const SALESFORCE_TYPES = Object.keys(OBJECTS) as readonly SalesforceType[];

/** The object created for a person without a record. */
export const CREATED_TYPE = 'Lead' satisfies SalesforceType;

export function isSalesforceType(name: unknown): name is SalesforceType {
  return typeof name === 'string' && Object.hasOwn(OBJECTS, name);
}

/** The object of a person's record, existing or to be created. */
export function typeOf({
  salesforce,
}: {
  readonly salesforce: { readonly type: SalesforceType } | null;
}): SalesforceType {
  return salesforce?.type ?? CREATED_TYPE;
}

/** A map with a value for every object. */
export function byType<Value>(of: (type: SalesforceType) => Value): Readonly<Record<SalesforceType, Value>> {
  return Object.fromEntries(SALESFORCE_TYPES.map((type) => [type, of(type)])) as Record<SalesforceType, Value>;
}

/** The name and email of an owner; null for a queue. */
export interface OwnerName {
  readonly name: string | null;
  readonly email: string | null;
}

/** A Lead or Contact as Salesforce held the record at `systemModstamp`, in local names and forms. */
export interface Row {
  readonly type: SalesforceType;
  /** 18 characters. */
  readonly id: string;
  /** ISO, whole seconds; never decreases for a row. */
  readonly systemModstamp: string;
  readonly isDeleted: boolean;
  /** The winner of a merge; only on a deleted row. */
  readonly masterRecordId: string | null;
  readonly isConverted: boolean;
  /** The Contact of a converted Lead. */
  readonly convertedContactId: string | null;
  readonly ownerId: string | null;
  /** Absent where the read did not return the owner. */
  readonly owner?: OwnerName;
  /** The person id encoded in `Person_Id__c` (`person-key.ts`). */
  readonly personId: string | null;
  /** Every visible field; null for empty. */
  readonly fields: Fields;
}

/** Identifies a row. */
export interface RowName {
  readonly type: SalesforceType;
  readonly id: string;
}

/** The row replacing the given row: the winner of a merge, or the Contact of a converted Lead. */
export function successorOf(row: Row): RowName | null {
  if (row.isDeleted && row.masterRecordId !== null) return { type: row.type, id: row.masterRecordId };
  return conversionOf(row);
}

/** The record created by a conversion; null for a row not converted, or converted without a Contact id. */
export function conversionOf({ type, isConverted, convertedContactId: id }: Row): RowName | null {
  const into = OBJECTS[type].convertsTo;
  return isConverted && id !== null && into !== null ? { type: into, id } : null;
}
