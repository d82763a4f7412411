import type { Rejection } from '../person/activity.ts';
import { PERSON_ID_FIELD } from '../schema/catalogue.ts';
import type { RemoteRecord } from '../schema/record.ts';
import { ConfigError } from '../sync/errors.ts';
import type { CreateAnswer } from '../sync/ports/salesforce-records.ts';
import type { SalesforceClient } from './client.ts';
import { duplicatesIn } from './duplicates.ts';
import { type ErrorEntry, errorEntries, refusal, unexpectedAnswer } from './error-map.ts';
import { recordOf } from './query-answer.ts';
import { foundRow, queryRequest, rowsOf } from './query-request.ts';
import { inOneCall, isConverted } from './record-batch.ts';
import { soqlText } from './soql.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';

/** A Lead to be created, with the key in the unique field. */
export interface NewLead {
  readonly key: string;
  readonly record: RemoteRecord;
  readonly columns: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * An insert, not an upsert: a concurrent or repeated call finds the existing Lead, possibly edited since, and an upsert
 * would overwrite the edits.
 */
export async function createLead(client: SalesforceClient, lead: NewLead): Promise<CreateAnswer> {
  const body = { ...lead.record, [PERSON_ID_FIELD]: lead.key };
  const write: Subrequest = { method: 'POST', path: '/sobjects/Lead', headers: lead.headers, body };
  const hasKey = `${PERSON_ID_FIELD} = ${soqlText(lead.key)}`;
  const read = queryRequest('query', `SELECT ${lead.columns.join(', ')} FROM Lead WHERE ${hasKey}`);
  const [written, after] = await inOneCall(client, [write, read]);
  if (written.status >= 300) return refusedCreate({ ...lead, record: body }, written, after);
  const [raw] = rowsOf(after, true).records;
  const record = recordOf(raw, lead.columns);
  // The Lead exists, and the next try finds the Lead by key.
  if (record === null) throw unexpectedAnswer('create', true);
  // Some orgs convert a Lead immediately on creation.
  return isConverted(record)
    ? { kind: 'converted', rejection: CONVERTED, record, made: true }
    : { kind: 'created', record };
}

/** `read` queries the Lead with the key: an existing Lead belongs to the person, whatever the reason of the refusal. */
function refusedCreate(
  { record, columns }: Pick<NewLead, 'record' | 'columns'>,
  written: SubAnswer,
  read: SubAnswer,
): CreateAnswer {
  const errors = errorEntries(written.body);
  if (errors.some(isWithoutKey)) {
    throw new ConfigError(`Lead.${PERSON_ID_FIELD} is missing, or not visible to and editable by the sync user`);
  }
  const outcome = refusal(written, { record, rowStands: true });
  const known = foundRow(read, columns);
  if (known !== null && isConverted(known)) return { kind: 'converted', rejection: CONVERTED, record: known };
  if (known !== null) return { kind: 'exists', record: known };
  if (outcome.kind === 'transient') return outcome;
  const [first] = errors;
  // The record with the duplicate value may be the person's own Lead.
  if (first?.code === 'DUPLICATE_VALUE' && read.status !== 200) {
    return { kind: 'transient', code: first.code, message: first.message, condition: 'moment' };
  }
  if (outcome.kind === 'rejected') return { ...outcome, matches: duplicatesIn(written.body) };
  const { code, message, fields } = first ?? { code: outcome.code, message: '', fields: [] };
  return { kind: 'rejected', rejection: { code, message, fields }, matches: [] };
}

/** Whether the key field is not writable. */
export function isWithoutKey({ code, message }: ErrorEntry): boolean {
  return code.startsWith('INVALID_FIELD') && message.includes(PERSON_ID_FIELD);
}

/** Salesforce's refusal of an edit of a converted Lead. */
export const CONVERTED: Rejection = {
  code: 'CANNOT_UPDATE_CONVERTED_LEAD',
  message: 'cannot reference converted lead',
  fields: [],
};
