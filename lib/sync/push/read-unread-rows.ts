import type { Person } from '../../person/person.ts';
import type { SalesforceType } from '../../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { Context } from '../context/context.ts';
import type { Ports } from '../ports/ports.ts';
import type { PushAnswer } from '../ports/salesforce-records.ts';

type ReadContext = Context<Pick<Ports, 'records'>>;

/**
 * The answers of a push, in the order of `ids`, with the rows unread in the push call read now. Because of the guard, a
 * row read later contains the push or a later change.
 */
export async function readUnreadRows(
  { ports, schemas }: ReadContext,
  type: SalesforceType,
  ids: readonly string[],
  answers: readonly PushAnswer[],
): Promise<readonly PushAnswer[]> {
  const missing = ids.filter((_, at) => answers[at]?.unread !== undefined);
  const rows = await ports.records.read(type, missing, schemas[type].columns);
  return answers.map((answer, at): PushAnswer => {
    if (answer.unread === undefined) return answer;
    const row = rows.get(ids[at] ?? '');
    return { outcome: answer.outcome, before: null, after: row === undefined || isGoneRow(row) ? null : row };
  });
}

/** Whether the row is never to be written again. */
export function isGoneRow(record: RemoteRecord): boolean {
  return record.IsDeleted === true || record.IsConverted === true;
}

/** The persons with a row still equal to base. */
export async function unchangedSinceBase(
  { ports, schemas }: ReadContext,
  type: SalesforceType,
  persons: readonly Person[],
): Promise<readonly Person[]> {
  const { schema, columns } = schemas[type];
  const ids = persons.flatMap(({ salesforce }) => salesforce?.id ?? []);
  const rows = await ports.records.read(type, ids, columns);
  return persons.filter(({ salesforce }) => {
    const row = rows.get(salesforce?.id ?? '');
    if (row === undefined || isGoneRow(row)) return false;
    return rowOfRecord(schema, row).systemModstamp === salesforce?.systemModstamp;
  });
}
