import type { Fields } from './field-value.ts';
import type { SalesforceType } from './person.ts';

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
  /** `Person_Id__c`: the person that our side gave this row. */
  readonly personId: string | null;
  /** Every field that was visible, null where it was empty. */
  readonly fields: Fields;
}
