import { createHash } from 'node:crypto';
import type { OrgState } from '../org-state.ts';
import { type Field, isCompound } from '../schema/field.ts';
import type { Viewer } from '../schema/schema.ts';
import type { Value } from '../soql/source.ts';
import type { KeptEvent } from './change-events.ts';
import { masked } from './masks.ts';

/** A change event as a subscriber gets it. */
export interface ChangeEvent {
  readonly schema: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly event: { readonly replayId: number };
}

/** A larger event is replaced by a gap event. */
const MAX_BYTES = 1_000_000;

/**
 * Fields whose values are not on the record, beside formulas; and the compound ones, which are put together here.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_message_structure.htm}
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'Id',
  'IsDeleted',
  'SystemModstamp',
  'Name',
  'LastActivityDate',
  'LastViewedDate',
  'LastReferencedDate',
  'PhotoUrl',
]);

/** An event with the fields that the viewer may see; sharing hides no event. */
export function renderEvent(org: OrgState, viewer: Viewer, event: KeptEvent): ChangeEvent {
  const kept = { ...event, row: masked(org, viewer, event.object)(event.row) };
  const told = toldFields(org, viewer, kept.object);
  const schema = schemaId(kept.object, told);
  const { replayId } = kept;
  const payload = { ...body(kept, told), ChangeEventHeader: header(kept, told) };
  if (kept.changeType.startsWith('GAP_') || Buffer.byteLength(JSON.stringify(payload)) <= MAX_BYTES) {
    return { schema, payload, event: { replayId } };
  }
  const changeType = `GAP_${kept.changeType}`;
  return { schema, payload: { ChangeEventHeader: { ...header(kept, []), changeType } }, event: { replayId } };
}

function toldFields(org: OrgState, viewer: Viewer, object: string): Field[] {
  const visible = org.schema.visible(viewer, object)?.fields.values() ?? [];
  return [...visible].filter((field) => !LEFT_OUT.has(field.name) && !isCompound(field) && !field.calculated);
}

/** The id changes with the fields, as that of an Avro schema does. */
function schemaId(object: string, told: readonly Field[]): string {
  const shape = `${object}:${told.map(({ name, type }) => `${name}=${type}`).join()}`;
  return createHash('sha256').update(shape).digest('base64url').slice(0, 22);
}

function header(kept: KeptEvent, told: readonly Field[]): Record<string, unknown> {
  const { object, recordIds, changeType, origin, row, changed, commitNumber, sequenceNumber, committedAt } = kept;
  const isGap = changeType.startsWith('GAP_');
  return {
    entityName: object,
    recordIds,
    changeType,
    changeOrigin: isGap ? '' : origin,
    transactionKey: transactionKey(commitNumber),
    sequenceNumber: isGap ? 1 : sequenceNumber,
    commitTimestamp: committedAt,
    commitNumber,
    commitUser: row.LastModifiedById,
    nulledFields: namesOf(told, (name) => changed.includes(name) && row[name] === null),
    diffFields: [],
    changedFields: namesOf(told, (name) => changed.includes(name)),
  };
}

function namesOf(told: readonly Field[], isNamed: (name: string) => boolean): string[] {
  return told.filter(({ name }) => isNamed(name)).map((field) => pathOf(field).join('.'));
}

function transactionKey(commitNumber: number): string {
  const digits = createHash('sha256').update(`${commitNumber}`).digest('hex');
  return [8, 12, 16, 20, 32].map((end, at) => digits.slice([0, 8, 12, 16, 20][at], end)).join('-');
}

/** A new or undeleted record tells all that is not empty, an update what it changed, a deletion and a gap nothing. */
function body({ changeType, row, changed }: KeptEvent, told: readonly Field[]): Record<string, unknown> {
  const payload: Record<string, unknown> = {};
  for (const field of told) {
    const value = row[field.name] ?? null;
    const isWhole = changeType === 'CREATE' || changeType === 'UNDELETE';
    if (isWhole ? value === null : !changed.includes(field.name)) continue;
    put(payload, pathOf(field), shown(field, value));
  }
  return payload;
}

/**
 * A part of a name or an address is nested under the compound field, without that field's prefix.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_subscribe_compound_fields.htm}
 */
function pathOf({ name, compoundFieldName }: Field): string[] {
  if (compoundFieldName === null) return [name];
  const prefix = compoundFieldName.replace(/Address$/, '');
  return [compoundFieldName, prefix !== 'Name' && name.startsWith(prefix) ? name.slice(prefix.length) : name];
}

function put(payload: Record<string, unknown>, [first = '', second]: string[], value: Value): void {
  if (second === undefined) payload[first] = value;
  else payload[first] = { ...(payload[first] as object | undefined), [second]: value };
}

/** Date-times end in `Z` here. */
function shown({ type }: Field, value: Value): Value {
  return type === 'datetime' && typeof value === 'string' ? value.replace('+0000', 'Z') : value;
}
