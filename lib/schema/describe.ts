/**
 * What this product reads of a field in a describe answer.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
 */
export interface DescribedField {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly custom: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  /** Of text, in characters; 0 for other types. */
  readonly length: number;
  /** Digits of a number with decimals, on both sides of the point. */
  readonly precision: number;
  /** Digits of a whole number. */
  readonly digits: number;
  readonly scale: number;
  readonly nillable: boolean;
  readonly defaultedOnCreate: boolean;
  /** A formula or a roll-up. */
  readonly calculated: boolean;
  readonly autoNumber: boolean;
  readonly restrictedPicklist: boolean;
  /** The values of a picklist, inactive ones too. */
  readonly picklistValues: readonly string[];
  /** Whether no two records may hold the same value. */
  readonly unique: boolean;
  /** Whether a query may have conditions on it. */
  readonly filterable: boolean;
}

/** An object as the sync user may see it: describe leaves out the fields that field-level security hides. */
export interface DescribedObject {
  readonly name: string;
  readonly fields: readonly DescribedField[];
}
