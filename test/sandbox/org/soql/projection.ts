import type { FieldType } from '@jetstreamapp/soql-parser-js';
import {
  type FieldPath,
  failAt,
  type Parent,
  type ParentStep,
  parentOf,
  readOfParent,
  resolvePath,
  type Scope,
} from './field-path.ts';
import { ROW_FUNCTIONS, rowOperands } from './operand.ts';
import { SoqlError } from './soql-error.ts';
import type { Row, SoqlField, Value } from './source.ts';

/** A record as the REST API renders it: attributes first, parents nested. */
export interface JsonRecord {
  attributes: { type: string; url?: string };
  [name: string]: Value | JsonRecord | JsonRecord['attributes'];
}

/** A selected column. `path` names it through its parents; a flat file heads it with the path joined by dots. */
export interface Column {
  path: readonly string[];
  /** The describe type of its values. */
  type: string;
  custom: boolean;
  aggregate: boolean;
  read: (row: Row) => Value;
}

type Step =
  | { kind: 'field'; key: string }
  | { kind: 'computed'; key: string; read: (subject: Parent) => Value }
  | { kind: 'parent'; key: string; parent: ParentStep; steps: Step[] };

/** How a query's rows become records. */
export interface Projection {
  columns: readonly Column[];
  record: (row: Row) => JsonRecord;
}

/** Compiles the SELECT list. `urlPrefix` is what record URLs begin with ("/services/data/v62.0/sobjects"). */
export function compileProjection(
  scope: Scope,
  fields: readonly FieldType[],
  urlPrefix: string | undefined,
): Projection {
  const selected = fields.flatMap((field) => select(scope, field));
  refuseDuplicates(scope, selected);
  const steps: Step[] = [];
  for (const { path, column } of selected) addStep(steps, path, column);
  return {
    columns: selected.map(({ column }) => column),
    record: (row) => render({ scope, urlPrefix }, steps, { object: scope.object.name, row }, scope.object.name),
  };
}

interface Selected {
  path: FieldPath | undefined;
  column: Column;
}

function select(scope: Scope, field: FieldType): Selected[] {
  switch (field.type) {
    case 'Field':
    case 'FieldRelationship': {
      if ('alias' in field && field.alias !== undefined) {
        throw new SoqlError('MALFORMED_QUERY', 'only aggregate expressions use field aliasing');
      }
      return [selectPath(scope, writtenPath(field))];
    }
    case 'FieldFunctionExpression':
      return fieldGroup(field) !== undefined
        ? selectGroup(scope, fieldGroup(field) ?? '')
        : [selectFunction(scope, field)];
    case 'FieldSubquery':
      throw failAt(
        scope,
        { written: field.subquery.relationshipName, clause: 'SELECT' },
        `Didn't understand relationship '${field.subquery.relationshipName}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
        'INVALID_TYPE',
      );
    case 'FieldTypeof':
      throw failAt(scope, { written: 'TYPEOF', clause: 'SELECT' }, "unexpected token: 'TYPEOF'", 'MALFORMED_QUERY');
  }
}

/** A selected field's path as it was written. */
export function writtenPath(field: Extract<FieldType, { type: 'Field' | 'FieldRelationship' }>): string {
  return 'relationships' in field ? [...field.relationships, field.field].join('.') : field.field;
}

function selectPath(scope: Scope, written: string): Selected {
  const path = resolvePath(scope, written);
  return { path, column: columnOf(path.names, path.field, path.read) };
}

function columnOf(path: readonly string[], field: SoqlField, read: (row: Row) => Value): Column {
  return { path, type: field.type, custom: field.custom, aggregate: false, read };
}

const FIELD_GROUPS: Readonly<Record<string, (field: SoqlField) => boolean>> = {
  ALL: () => true,
  STANDARD: (field) => !field.custom,
  CUSTOM: (field) => field.custom,
};

/** The group that FIELDS(…) names, in upper case; undefined for any other SELECT item. */
export function fieldGroup(field: FieldType): string | undefined {
  if (field.type !== 'FieldFunctionExpression' || field.functionName.toUpperCase() !== 'FIELDS') return undefined;
  const [group] = field.parameters;
  return typeof group === 'string' ? group.toUpperCase() : '';
}

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_fields.htm */
function selectGroup(scope: Scope, group: string): Selected[] {
  const belongs = FIELD_GROUPS[group] ?? (() => false);
  return [...scope.object.fields.values()].filter(belongs).map(({ name }) => selectPath(scope, name));
}

function selectFunction(scope: Scope, field: Extract<FieldType, { type: 'FieldFunctionExpression' }>): Selected {
  const name = field.functionName.toUpperCase();
  const { type, read, label } = rowOperands(scope, 'SELECT')({ fn: field });
  if (ROW_FUNCTIONS[name]?.type === 'int' || name === 'DAY_ONLY') {
    throw new SoqlError('MALFORMED_QUERY', `Field must be grouped or aggregated: ${label}`);
  }
  const parameter = typeof field.parameters[0] === 'string' ? field.parameters[0] : label;
  return {
    path: undefined,
    column: {
      path: [field.alias ?? parameter.split('.').at(-1) ?? label],
      type,
      custom: false,
      aggregate: false,
      read,
    },
  };
}

function refuseDuplicates(scope: Scope, selected: readonly Selected[]): void {
  const seen = new Set<string>();
  for (const { column } of selected) {
    const key = column.path.join('.').toLowerCase();
    if (seen.has(key))
      throw failAt(
        scope,
        { written: column.path.join('.'), clause: 'SELECT' },
        `duplicate field selected: ${column.path.at(-1)}`,
      );
    seen.add(key);
  }
}

function addStep(steps: Step[], path: FieldPath | undefined, column: Column): void {
  let level = steps;
  let last: ParentStep | undefined;
  for (const parent of path?.parents ?? []) {
    const known = level.find((step) => step.kind === 'parent' && step.key === parent.relationship);
    const step: Step = known ?? { kind: 'parent', key: parent.relationship, parent, steps: [] };
    if (!known) level.push(step);
    if (step.kind === 'parent') level = step.steps;
    last = parent;
  }
  level.push(leafStep(path, column, last));
}

function leafStep(path: FieldPath | undefined, column: Column, parent: ParentStep | undefined): Step {
  const key = column.path.at(-1) ?? '';
  if (!path) return { kind: 'computed', key, read: ({ row }) => column.read(row) };
  if (!parent) return { kind: 'field', key };
  return { kind: 'computed', key, read: readOfParent(parent, key) };
}

interface RenderContext {
  scope: Scope;
  urlPrefix: string | undefined;
}

/** The type of a polymorphic parent is "Name", the object that stands for all that it may be. */
function render(context: RenderContext, steps: readonly Step[], subject: Parent, type: string): JsonRecord {
  const record: JsonRecord = { attributes: attributesOf(context, subject, type) };
  for (const step of steps) {
    if (step.kind === 'field') record[step.key] = subject.row[step.key] ?? null;
    else if (step.kind === 'computed') record[step.key] = step.read(subject);
    else record[step.key] = renderParent(context, step, subject.row);
  }
  return record;
}

function renderParent(context: RenderContext, step: Extract<Step, { kind: 'parent' }>, row: Row): JsonRecord | null {
  const parent = parentOf(context.scope.source, row, step.parent);
  if (!parent) return null;
  const [only] = step.parent.targets;
  return render(context, step.steps, parent, step.parent.targets.length > 1 ? 'Name' : (only ?? 'Name'));
}

function attributesOf({ urlPrefix }: RenderContext, subject: Parent, type: string): JsonRecord['attributes'] {
  return urlPrefix === undefined ? { type } : { type, url: `${urlPrefix}/${subject.object}/${String(subject.row.Id)}` };
}
