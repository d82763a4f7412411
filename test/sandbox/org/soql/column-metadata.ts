import { isIdType, isNumberType } from './field-types.ts';
import type { QueryResult } from './run-query.ts';

/** One column as `query?columns=true` tells of it; a parent has its fields in `joinColumns`. */
export interface ColumnMetadata {
  aggregate: boolean;
  apexType: string | null;
  booleanType: boolean;
  columnName: string;
  custom: boolean;
  displayName: string;
  foreignKeyName: null;
  insertable: boolean;
  joinColumns: ColumnMetadata[];
  numberType: boolean;
  textType: boolean;
  updatable: boolean;
}

const APEX_TYPES: Readonly<Record<string, string>> = {
  id: 'Id',
  reference: 'Id',
  boolean: 'Boolean',
  int: 'Integer',
  double: 'Double',
  currency: 'Double',
  percent: 'Double',
  date: 'Date',
  datetime: 'Datetime',
};

/**
 * What a query's columns are, without its rows. This parameter is known from clients that use it (the Salesforce CLI);
 * the REST API guide does not describe it.
 */
export function columnMetadata(result: QueryResult): {
  columnMetadata: ColumnMetadata[];
  entityName: string;
  groupBy: boolean;
  idSelected: boolean;
} {
  const columns = columnsOf(result);
  return {
    columnMetadata: columns,
    entityName: result.object,
    groupBy: result.kind === 'aggregate' && result.grouped,
    idSelected: columns.some(({ columnName }) => columnName === 'Id'),
  };
}

function columnsOf(result: QueryResult): ColumnMetadata[] {
  if (result.kind === 'count') return [];
  const columns: ColumnMetadata[] = [];
  if (result.kind === 'aggregate') {
    for (const { name, label, type, aggregate } of result.columns) {
      columns.push({ ...leaf(name, type), aggregate, displayName: label });
    }
    return columns;
  }
  for (const { path, type, custom } of result.columns) addPath(columns, path, { type, custom });
  return columns;
}

function addPath(columns: ColumnMetadata[], path: readonly string[], field: { type: string; custom: boolean }): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    columns.push({ ...leaf(name, field.type), custom: field.custom });
    return;
  }
  let parent = columns.find(({ columnName, joinColumns }) => columnName === name && joinColumns.length > 0);
  if (!parent) {
    parent = { ...leaf(name, 'parent'), apexType: null, textType: false };
    columns.push(parent);
  }
  addPath(parent.joinColumns, rest, field);
}

function leaf(name: string, type: string): ColumnMetadata {
  const booleanType = type === 'boolean';
  const numberType = isNumberType(type);
  return {
    aggregate: false,
    apexType: APEX_TYPES[type] ?? 'String',
    booleanType,
    columnName: name,
    custom: false,
    displayName: name,
    foreignKeyName: null,
    insertable: !isIdType(type),
    joinColumns: [],
    numberType,
    textType: !booleanType && !numberType,
    updatable: !isIdType(type),
  };
}
