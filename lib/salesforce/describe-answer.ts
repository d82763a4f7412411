import type { SalesforceType } from '../person/row.ts';
import type { DescribedField, DescribedObject } from '../schema/describe.ts';
import type { Description } from '../sync/ports/change-feed.ts';
import { callError, errorEntries, unexpectedAnswer } from './error-map.ts';
import { isRaw } from './query-answer.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';

/** Asks for an object's description, unless unchanged since `lastModified`. */
export function describeRequest(type: SalesforceType, lastModified: string | null): Subrequest {
  const headers = lastModified === null ? {} : { headers: { 'If-Modified-Since': lastModified } };
  return { method: 'GET', path: `/sobjects/${type}/describe`, ...headers };
}

/** Null where unchanged. */
export function descriptionOf(answer: SubAnswer | undefined): Description | null {
  if (answer === undefined) throw unexpectedAnswer('describe');
  if (answer.status === 304) return null;
  if (answer.status !== 200) throw callError(answer.status, errorEntries(answer.body), false);
  return { object: describedObject(answer.body), lastModified: answer.headers['last-modified'] ?? null };
}

/** The part of a describe used by Lockstep; the full answer is a hundred times larger. */
function describedObject(body: unknown): DescribedObject {
  if (!isRaw(body) || typeof body.name !== 'string' || !Array.isArray(body.fields)) throw unexpectedAnswer('describe');
  return { name: body.name, fields: body.fields.filter(isRaw).map(describedField) };
}

function describedField(raw: Readonly<Record<string, unknown>>): DescribedField {
  return {
    name: String(raw.name),
    label: String(raw.label ?? raw.name),
    type: String(raw.type),
    custom: raw.custom === true,
    createable: raw.createable === true,
    updateable: raw.updateable === true,
    length: Number(raw.length ?? 0),
    precision: Number(raw.precision ?? 0),
    digits: Number(raw.digits ?? 0),
    scale: Number(raw.scale ?? 0),
    nillable: raw.nillable !== false,
    defaultedOnCreate: raw.defaultedOnCreate === true,
    calculated: raw.calculated === true,
    autoNumber: raw.autoNumber === true,
    restrictedPicklist: raw.restrictedPicklist === true,
    picklistValues: picklistValues(raw.picklistValues),
    unique: raw.unique === true,
    filterable: raw.filterable !== false,
  };
}

function picklistValues(raw: unknown): string[] {
  const values = Array.isArray(raw) ? raw.filter(isRaw).map(({ value }) => value) : [];
  return values.filter((value) => typeof value === 'string');
}
