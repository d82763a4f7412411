import { fromStamp, toStamp } from '../clock.ts';
import { ApiError, refusals } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import { mayNotBeEmpty } from '../schema/field.ts';
import type { Viewer } from '../schema/schema.ts';
import type { Row, Value } from '../soql/source.ts';
import { followCodes } from './address-codes.ts';
import { brokenRules, runTriggers } from './automation.ts';
import { followEmail } from './bounced-email.ts';
import { type DuplicateOptions, defaultDuplicateOptions, findDuplicate } from './duplicates.ts';
import { liveFormulas } from './formulas.ts';
import { brokenReferences, resolveParents, takenValues } from './integrity.ts';
import { parseRecord, type RecordInput } from './parse-record.ts';
import { followPerson, mirrorPerson } from './person-accounts.ts';
import { followRecordType } from './record-types.ts';

/** What the headers of a request ask of its saves. */
export interface SaveOptions {
  readonly viewer: Viewer;
  /** `true`: the active assignment rule; an id: that rule; `false`: none. */
  readonly autoAssign: boolean | string;
  readonly duplicates: DuplicateOptions;
  /** The paths of the request that saves, which faults of single records look at; no fault meets the org's own saves. */
  readonly paths?: readonly string[];
  /** The API and client that save, as change events name them. */
  readonly origin?: string;
}

export interface SaveRequest {
  readonly object: string;
  /** Absent to create. */
  readonly id?: string;
  readonly fields: RecordInput;
  readonly options: SaveOptions;
}

export type SaveOutcome =
  | { readonly kind: 'saved'; readonly id: string; readonly created: boolean }
  | { readonly kind: 'refused'; readonly errors: readonly ApiError[] };

export type PreparedRow =
  | { readonly kind: 'ready'; readonly row: Row; readonly created: boolean }
  | { readonly kind: 'refused'; readonly errors: readonly ApiError[] };

/** How the org's own calls save: no assignment rules, no duplicate options. */
export function quietOptions(viewer: Viewer): SaveOptions {
  return { viewer, autoAssign: false, duplicates: defaultDuplicateOptions };
}

/** Saves one record, or tells why it is refused. */
export function saveRecord(org: OrgState, request: SaveRequest): SaveOutcome {
  const prepared = prepareRow(org, request);
  if (prepared.kind === 'refused') return prepared;
  commitRow(org, request.object, { ...prepared, origin: request.options.origin });
  return { kind: 'saved', id: prepared.row.Id as string, created: prepared.created };
}

/** Puts a prepared row in place and counts it. */
export function commitRow(
  org: OrgState,
  object: string,
  { row, created, origin }: { row: Row; created: boolean; origin?: string | undefined },
): void {
  org.store.put(object, row, origin);
  mirrorPerson(org, object, row);
  if (created) org.stats.recordsCreated += 1;
  else org.stats.recordsUpdated += 1;
}

/**
 * Everything of a save but the writing, in Salesforce's order of execution: the old row is loaded and the new values
 * put over it, before-save automation runs, then validation, duplicate rules and assignment rules.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm}
 */
export function prepareRow(org: OrgState, request: SaveRequest): PreparedRow {
  const { object, options } = request;
  const before = request.id === undefined ? undefined : org.store.table(object).get(request.id);
  const state = stateRefusal(org, request, before);
  if (state) return { kind: 'refused', errors: [state] };
  const parse = { viewer: options.viewer, creating: before === undefined };
  const parsed = parseRecord(org.schema, object, request.fields, parse);
  const linked = resolveParents(org, options.viewer, parsed.parents);
  const refused = [...parsed.refused, ...linked.refused];
  if (refused.length > 0) return { kind: 'refused', errors: refused };
  const row = { ...(before ?? newRow(org, object, options.viewer)) };
  for (const [name, value] of [...parsed.values, ...linked.values]) row[name] = value;
  followEmail(row, { before, given: parsed.values });
  runTriggers(org.automation, object, row);
  if ('LastName' in row && object !== 'Account') row.Name = fullName(row);
  const errors = firstRefusals([
    () => followRecordType(org, object, { row, before }),
    () => followPerson(org, object, { row, before, given: parsed.values }),
    () => followCodes(org, object, { row, before, given: parsed.values }),
    () => missingFields(org, object, row),
    () => brokenReferences(org, object, { row, before, viewer: options.viewer }),
    () => brokenRules(org.automation, object, liveFormulas(org, object)?.(row) ?? row),
    () => findDuplicate(org, row, { ...options.duplicates, viewer: options.viewer, object, before }) ?? [],
    () => takenValues(org, options.viewer, { object, row }),
    () => org.faults.recordError(object, liveFormulas(org, object)?.(row) ?? row, options.paths ?? []) ?? [],
  ]);
  if (errors.length > 0) return { kind: 'refused', errors };
  finishRow(org, object, { row, before, options });
  return { kind: 'ready', row, created: before === undefined };
}

/** Each check sees only rows that passed the ones before it. */
function firstRefusals(checks: readonly (() => ApiError | readonly ApiError[])[]): readonly ApiError[] {
  for (const check of checks) {
    const found = check();
    const errors = found instanceof ApiError ? [found] : found;
    if (errors.length > 0) return errors;
  }
  return [];
}

function stateRefusal(org: OrgState, request: SaveRequest, before: Row | undefined): ApiError | undefined {
  const { id } = request;
  if (id === undefined) return undefined;
  if (!before) return refusals.crossReference();
  if (!org.sharing.isVisible(request.options.viewer, id)) return refusals.outOfReach(id);
  if (before.IsDeleted === true) return refusals.deleted();
  if (org.transactions.isLocked(id) || org.faults.locksRow(request.options.paths ?? [])) return refusals.locked(id);
  if (before.IsConverted !== true) return undefined;
  return new ApiError('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
}

function newRow(org: OrgState, object: string, viewer: Viewer): Row {
  const row = org.store.blank(object);
  for (const field of org.schema.object(object)?.fields ?? []) {
    if (field.defaultValue !== null) row[field.name] = field.defaultValue;
    if (field.name === 'OwnerId') row.OwnerId = viewer.id;
  }
  return row;
}

function missingFields(org: OrgState, object: string, row: Row): ApiError[] {
  const required = org.schema.object(object)?.fields.filter(mayNotBeEmpty) ?? [];
  const missing = required.filter((field) => row[field.name] === null).map((field) => field.name);
  if (missing.length === 0) return [];
  return [new ApiError('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing)];
}

/** Stamps, id, names and owner. Every save moves the stamps, also one that changes no value. */
function finishRow(
  org: OrgState,
  object: string,
  { row, before, options }: { row: Record<string, Value>; before: Row | undefined; options: SaveOptions },
): void {
  const earlier = before ? fromStamp(before.SystemModstamp as string) : 0;
  const stamp = toStamp(Math.max(org.clock.now(), earlier));
  if (!before) {
    row.Id = org.store.nextId(object);
    row.CreatedDate = stamp;
    row.CreatedById = options.viewer.id;
    numberRow(org, object, row);
  }
  row.LastModifiedDate = stamp;
  row.LastModifiedById = options.viewer.id;
  row.SystemModstamp = stamp;
  const owner = assignedOwner(org, object, { row, autoAssign: options.autoAssign });
  if (owner !== undefined) row.OwnerId = owner;
}

/** {@link https://help.salesforce.com/s/articleView?id=platform.custom_field_types.htm} */
function numberRow(org: OrgState, object: string, row: Record<string, Value>): void {
  for (const field of org.schema.object(object)?.fields ?? []) {
    if (field.autoNumber) row[field.name] = String(org.store.nextNumber(object, field.name)).padStart(6, '0');
  }
}

export function fullName(row: Row): string {
  return [row.FirstName, row.MiddleName, row.LastName, row.Suffix]
    .filter((part) => part !== null && part !== undefined)
    .join(' ');
}

/**
 * The owner that the assignment rules name, if they are asked for.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm}
 */
function assignedOwner(
  org: OrgState,
  object: string,
  { row, autoAssign }: { row: Row; autoAssign: boolean | string },
): string | undefined {
  if (autoAssign === false) return undefined;
  const rules = org.automation.assignmentRules.filter((rule) => rule.object === object);
  const rule = autoAssign === true ? rules[0] : rules.find(({ id }) => id.startsWith(autoAssign.slice(0, 15)));
  return rule?.entries.find(({ when }) => when === undefined || when(row))?.ownerId;
}
