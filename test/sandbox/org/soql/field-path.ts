import { errorAt, locate, type SoqlError } from './soql-error.ts';
import type { Row, SoqlField, SoqlObject, SoqlSource, Value } from './source.ts';

/** The query that a path stands in: its text for error messages, its object and what that is called there. */
export interface Scope {
  source: SoqlSource;
  text: string;
  object: SoqlObject;
  alias: string | undefined;
}

/** One step from a row to its parent. */
export interface ParentStep {
  relationship: string;
  reference: string;
  targets: readonly string[];
}

/** A field reached from a row, possibly through parents. */
export interface FieldPath {
  /** API names, such as ['Owner', 'Name']. */
  names: readonly string[];
  parents: readonly ParentStep[];
  field: SoqlField;
  read: (row: Row) => Value;
}

/** A parent record and the object that it belongs to. */
export interface Parent {
  object: string;
  row: Row;
}

/** Resolves a path such as "l.Owner.Name", or throws Salesforce's error for an unknown column or relationship. */
export function resolvePath(scope: Scope, written: string, clause = 'SELECT'): FieldPath {
  const segments = withoutObjectName(scope, written.split('.'));
  const parents: ParentStep[] = [];
  let objects: readonly SoqlObject[] = [scope.object];
  for (const relationship of segments.slice(0, -1)) {
    const reference = findReference(objects, relationship);
    if (!reference) throw unknownRelationship(scope, written, relationship, clause);
    parents.push({
      relationship: reference.relationshipName ?? relationship,
      reference: reference.name,
      targets: reference.referenceTo,
    });
    objects = reference.referenceTo.flatMap((target) => scope.source.object(target) ?? []);
  }
  const name = segments.at(-1) ?? '';
  const field = fieldOf(objects, name, parents.at(-1));
  if (!field) throw unknownColumn(scope, written, entityName(objects, parents), clause);
  return {
    names: [...parents.map(({ relationship }) => relationship), field.name],
    parents,
    field,
    read: reader(scope.source, parents, field.name),
  };
}

/** The row's parent, whichever of the objects that the reference may point to holds it. */
export function parentOf(source: SoqlSource, row: Row, step: ParentStep): Parent | undefined {
  const id = row[step.reference];
  if (typeof id !== 'string') return undefined;
  for (const object of step.targets) {
    const parent = source.row(object, id);
    if (parent) return { object, row: parent };
  }
  return undefined;
}

function withoutObjectName(scope: Scope, segments: string[]): string[] {
  const first = segments[0]?.toLowerCase();
  const named =
    segments.length > 1 && (first === scope.alias?.toLowerCase() || first === scope.object.name.toLowerCase());
  return named ? segments.slice(1) : segments;
}

function findReference(objects: readonly SoqlObject[], relationship: string): SoqlField | undefined {
  const wanted = relationship.toLowerCase();
  for (const object of objects) {
    for (const field of object.fields.values()) {
      if (field.relationshipName?.toLowerCase() === wanted) return field;
    }
  }
  return undefined;
}

/** Type of a polymorphic parent tells which object it is; it is no field of the objects themselves. */
const PARENT_TYPE: SoqlField = {
  name: 'Type',
  type: 'picklist',
  custom: false,
  relationshipName: null,
  referenceTo: [],
  filterable: true,
  sortable: true,
  groupable: true,
};

function fieldOf(objects: readonly SoqlObject[], name: string, parent: ParentStep | undefined): SoqlField | undefined {
  const wanted = name.toLowerCase();
  if (parent && parent.targets.length > 1 && wanted === 'type') return PARENT_TYPE;
  return objects.map((object) => object.fields.get(wanted)).find((field) => field !== undefined);
}

/**
 * The Type of an owner that is a group is that of the group: Queue.
 * https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_relationships_and_polymorph_keys.htm
 */
export function typeOfParent(parent: Parent): Value {
  return parent.object === 'Group' ? (parent.row.Type ?? 'Queue') : parent.object;
}

/** Reads one field of a parent, by its API name. */
export function readOfParent(step: ParentStep, name: string): (parent: Parent) => Value {
  if (step.targets.length > 1 && name === 'Type') return typeOfParent;
  return ({ row }) => row[name] ?? null;
}

function reader(source: SoqlSource, parents: readonly ParentStep[], name: string): (row: Row) => Value {
  const last = parents.at(-1);
  if (!last) return (row) => row[name] ?? null;
  const readLast = readOfParent(last, name);
  return (row) => {
    let parent: Parent | undefined;
    for (const step of parents) {
      parent = parentOf(source, parent?.row ?? row, step);
      if (!parent) return null;
    }
    return parent ? readLast(parent) : null;
  };
}

function entityName(objects: readonly SoqlObject[], parents: readonly ParentStep[]): string {
  return (parents.at(-1)?.targets.length ?? 0) > 1 ? 'Name' : (objects[0]?.name ?? 'Name');
}

function unknownColumn(scope: Scope, written: string, entity: string, clause: string): SoqlError {
  const column = written.split('.').at(-1) ?? written;
  return failAt(
    scope,
    { written: written, clause: clause },
    `No such column '${column}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

function unknownRelationship(scope: Scope, written: string, relationship: string, clause: string): SoqlError {
  return failAt(
    scope,
    { written: written, clause: clause },
    `Didn't understand relationship '${relationship}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

/** A word of one of the query's clauses, for an error to point at. */
export interface Place {
  written: string;
  clause: string;
}

/** An error that points at its place in the query's text. */
export function failAt(scope: Scope, { written, clause }: Place, message: string, code = 'INVALID_FIELD'): SoqlError {
  const start = locate(scope.text, clause);
  return errorAt(scope.text, locate(scope.text, written, start === scope.text.length ? 0 : start), code, message);
}
