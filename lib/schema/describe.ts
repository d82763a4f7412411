/**
 * The part of a described field used by Lockstep.
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
  /** Maximum characters of a text; 0 for other types. */
  readonly length: number;
  /** Total digits of a number with decimals. */
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
  /** The values of a picklist, including inactive values. */
  readonly picklistValues: readonly string[];
  /** Whether values are unique among records. */
  readonly unique: boolean;
  /** Whether query conditions may use the field. */
  readonly filterable: boolean;
}

/** An object as visible to the sync user: describe omits fields hidden by field-level security. */
export interface DescribedObject {
  readonly name: string;
  readonly fields: readonly DescribedField[];
}
