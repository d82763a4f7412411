import type { Fields } from './field-value.ts';

/** The Salesforce objects that a person can be. */
export type SalesforceType = 'Lead' | 'Contact';

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
  if (row.isConverted && row.convertedContactId !== null) return { type: 'Contact', id: row.convertedContactId };
  return null;
}
