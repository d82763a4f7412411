import type { Moment } from './date-ranges.ts';

/** A field value as the REST API renders it. */
export type Value = string | number | boolean | null;

/**
 * One stored record. Every field is present; date-times are in Salesforce's output format
 * '2026-11-21T10:00:00.000+0000', dates are 'YYYY-MM-DD', ids have 18 characters.
 */
export type Row = Readonly<Record<string, Value>>;

/** What the SOQL engine needs to know of a field; `type` is the describe type. */
export interface SoqlField {
  name: string;
  type: string;
  custom: boolean;
  relationshipName: string | null;
  referenceTo: readonly string[];
  filterable: boolean;
  sortable: boolean;
  groupable: boolean;
  /** The values that a picklist offers, in the order in which it offers them. */
  values?: readonly string[];
}

/** An object as the running user sees it. */
export interface SoqlObject {
  name: string;
  /** Visible fields only, by lower-cased API name. */
  fields: ReadonlyMap<string, SoqlField>;
}

/** Where queries read from. */
export interface SoqlSource {
  /** Case-insensitive; undefined when the running user may not see the object. */
  object(name: string): SoqlObject | undefined;
  /** All committed rows, soft-deleted ones (IsDeleted true) included, in any order. */
  rows(object: string): Iterable<Row>;
  /** One row by its id, for parent fields. */
  row(object: string, id: string): Row | undefined;
  /** Rows with from <= SystemModstamp < to, ordered by (SystemModstamp, Id); an undefined bound is open. */
  rowsByStamp(object: string, from: string | undefined, to: string | undefined): Iterable<Row>;
  /**
   * Rows whose field equals the value, or undefined where the field has no index (Id, Email, external ids have one).
   */
  rowsByField(object: string, field: string, value: Value): Iterable<Row> | undefined;
  now(): Date;
  /** The time zone of the running user; GMT where there is none. */
  zone?: () => string;
}

/** Now, as the running user sees it. */
export function momentOf(source: SoqlSource): Moment {
  return { at: source.now(), zone: source.zone?.() ?? 'GMT' };
}
