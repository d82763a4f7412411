/**
 * What this product reads of a field in a describe answer.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
 */
export interface DescribedField {
  readonly name: string;
  readonly type: string;
  readonly custom: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly length: number;
  readonly scale: number;
}

/** An object as the sync user may see it: describe leaves out the fields that field-level security hides. */
export interface DescribedObject {
  readonly name: string;
  readonly fields: readonly DescribedField[];
}
