export { type ColumnMetadata, columnMetadata } from './column-metadata.ts';
export type { Predicate } from './predicate.ts';
export type { Column, JsonRecord } from './projection.ts';
export {
  type AggregateResult,
  type CountResult,
  matches,
  type QueryOptions,
  type QueryResult,
  type RecordsResult,
  runQuery,
} from './run-query.ts';
export { SoqlError } from './soql-error.ts';
export type { Row, SoqlField, SoqlObject, SoqlSource, Value } from './source.ts';
