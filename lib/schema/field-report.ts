import type { Winner } from '../person/activity.ts';
import type { SalesforceType } from '../person/row.ts';
import { LOCAL_NAMES, NEEDED_ACCESS, STANDARD_FIELDS } from './catalogue.ts';
import { EXCLUDED_FIELDS } from './excluded-fields.ts';
import type { GoneField, RememberedSchema } from './field-history.ts';
import { OTHER_TYPES } from './field-types.ts';
import { type LeftOutField, type ObjectSchema, type SyncField, winnerOf } from './object-schema.ts';
import type { SyncPolicy } from './sync-policy.ts';

/** The sync directions of a field. */
export type FieldDirection = 'both' | 'pull' | 'push' | 'none';

/** Facts about one field of one object, for users. */
export interface FieldReport {
  /** Local name; null for a field without local values. */
  readonly field: string | null;
  readonly apiName: string;
  /** Null where the field is not visible; the same for `type`. */
  readonly label: string | null;
  readonly type: string | null;
  readonly visible: boolean;
  /** Whether the sync user may edit the field on an existing record. */
  readonly editable: boolean;
  readonly direction: FieldDirection;
  /** The winner of conflicts; null where conflicts are impossible. */
  readonly winner: Winner | null;
  /** Why the field does not sync, or only one way; null for both ways. */
  readonly why: string | null;
}

/** Every field visible to the sync user, and the expected standard and system fields not visible. */
export function fieldReports(schema: ObjectSchema, policy: SyncPolicy): FieldReport[] {
  const seen = [
    ...Object.values(schema.fields).map((field) => reportOf(schema.type, field, policy)),
    ...Object.entries(schema.leftOut).map(([apiName, field]) => leftOutReport(schema.type, apiName, field)),
    ...schema.systemColumns.map((apiName) => systemReport(apiName, schema.type, true)),
  ];
  const known = new Set(seen.map(({ apiName }) => apiName));
  const hiddenColumns = NEEDED_ACCESS.filter((each) => each.column && each.on.includes(schema.type)).map(
    ({ name }) => name,
  );
  const hidden = [
    ...hiddenColumns.filter((name) => !known.has(name)).map((name) => systemReport(name, schema.type, false)),
    ...[...STANDARD_FIELDS].flatMap(([name, field]) => {
      const apiName = field[schema.type];
      return apiName === null || known.has(apiName) ? [] : hiddenReport(schema.type, name, apiName);
    }),
  ];
  return [...seen, ...hidden].sort((a, b) => (a.apiName < b.apiName ? -1 : 1));
}

/** The fate of a field synced before. Values are kept until a user decides. */
export interface FieldChange {
  /** The type changed, and the new type is not accepted yet. */
  readonly retyped: { readonly from: string; readonly to: string; readonly since: string } | null;
  /**
   * The field is no longer visible to the sync user. `purge`: whether the values are kept, being removed, or removed.
   */
  readonly gone: { readonly since: string; readonly purge: 'kept' | 'running' | 'done' } | null;
}

/** The reports of a remembered schema, including fields hidden since. */
export function reportsWithChanges(
  stored: RememberedSchema,
  policy: SyncPolicy,
): readonly (FieldReport & FieldChange)[] {
  const { schema, history } = stored;
  const reports = fieldReports(schema, policy);
  const known = new Set(reports.map(({ field }) => field));
  const unlisted = Object.keys(history.gone)
    .filter((name) => !known.has(name))
    .map((name) => hiddenReport(schema.type, name, STANDARD_FIELDS.get(name)?.[schema.type] ?? name));
  return [...reports, ...unlisted].map((report) => ({ ...report, ...changeOf(history, report) }));
}

function changeOf({ quarantined, gone }: RememberedSchema['history'], { field, visible }: FieldReport): FieldChange {
  const retyped = quarantined[field ?? ''];
  const lost = visible ? undefined : gone[field ?? ''];
  return {
    retyped: retyped === undefined ? null : { from: retyped.from.type, to: retyped.field.type, since: retyped.since },
    gone: lost === undefined ? null : { since: lost.since, purge: purgeOf(lost) },
  };
}

function purgeOf({ purge }: GoneField): 'kept' | 'running' | 'done' {
  if (purge === undefined) return 'kept';
  return purge.endedAt === null ? 'running' : 'done';
}

const NO_SYNC = { direction: 'none', winner: null } as const;

function reportOf(type: SalesforceType, field: SyncField, policy: SyncPolicy): FieldReport {
  const { name, remoteName, label, update } = field;
  const direction = directionOf(field);
  return {
    field: name,
    apiName: remoteName,
    label,
    type: field.type,
    visible: true,
    editable: update || field.heldBack === true,
    direction,
    winner: direction === 'both' ? winnerOf(type, name, policy) : null,
    why: whyOneWay(field, direction, policy),
  };
}

function directionOf({ pull, create, update }: SyncField): FieldDirection {
  const push = create || update;
  if (pull) return push ? 'both' : 'pull';
  return push ? 'push' : 'none';
}

function whyOneWay(field: SyncField, direction: FieldDirection, policy: SyncPolicy): string | null {
  const { retyped } = field;
  if (retyped !== undefined) return `its type changed from ${retyped.from} to ${retyped.to} and is not accepted yet`;
  const reasons = [
    [!field.pull, 'fields.pushOnly names it'],
    [field.derivedFrom !== undefined, `Salesforce derives it from ${field.derivedFrom}`],
    [field.calculated, 'Salesforce calculates it'],
    [field.autoNumber, 'Salesforce numbers it'],
    [policy.fields.pullOnly.includes(field.name), 'fields.pullOnly names it'],
    [direction === 'pull' || direction === 'none', 'the sync user may not edit it'],
    [field.create && !field.update, 'it can be set only when the record is created'],
  ] as const;
  return reasons.find(([holds]) => holds)?.[1] ?? null;
}

function leftOutReport(object: SalesforceType, apiName: string, { label, type, why, editable }: LeftOutField) {
  const reasons = {
    configured: 'fields.exclude names it',
    catalogue: EXCLUDED_FIELDS.get(apiName) ?? '',
    unknown: 'a standard field missing from the catalogue',
    type: OTHER_TYPES[type] ?? `values of type ${type} do not sync`,
  };
  const field = why === 'configured' ? (LOCAL_NAMES[object].get(apiName) ?? apiName) : null;
  return { field, apiName, label, type, visible: true, editable, ...NO_SYNC, why: reasons[why] };
}

/** Read with every record, and stored beside the fields. */
function systemReport(apiName: string, type: SalesforceType, visible: boolean): FieldReport {
  const without = NEEDED_ACCESS.find((each) => each.column && each.name === apiName && each.on.includes(type))?.without;
  return {
    field: null,
    apiName,
    label: null,
    type: null,
    visible,
    editable: false,
    direction: visible ? 'pull' : 'none',
    winner: null,
    why: visible ? `the sync itself needs it: without it ${without}` : `not visible to the sync user: ${without}`,
  };
}

function hiddenReport(type: SalesforceType, field: string, apiName: string): FieldReport {
  const without = NEEDED_ACCESS.find((each) => each.name === apiName && each.on.includes(type))?.without;
  const why = `not visible to the sync user${without === undefined ? '' : `: ${without}`}`;
  return { field, apiName, label: null, type: null, visible: false, editable: false, ...NO_SYNC, why };
}
