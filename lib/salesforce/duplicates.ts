import { toLongId } from '../person/field-value.ts';
import { isSalesforceType, type RowName } from '../person/row.ts';
import { isRaw } from './query-answer.ts';

/**
 * The Leads and Contacts named by a duplicate rule in a refusal. The misspelt member is Salesforce's.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm
 */
export function duplicatesIn(body: unknown): RowName[] {
  const found = listOf(body).flatMap((error) => {
    const result = partOf(error, 'duplicateResut') ?? partOf(error, 'duplicateResult');
    return listOf(partOf(result, 'matchResults')).flatMap((match) =>
      listOf(partOf(match, 'matchRecords')).flatMap((record) => nameOf(partOf(record, 'record'))),
    );
  });
  return [...new Map(found.map((name) => [name.id, name])).values()];
}

function nameOf(record: unknown): RowName[] {
  const type = partOf(partOf(record, 'attributes'), 'type');
  const id = partOf(record, 'Id');
  return isSalesforceType(type) && typeof id === 'string' ? [{ type, id: toLongId(id) }] : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function partOf(value: unknown, name: string): unknown {
  return isRaw(value) ? value[name] : undefined;
}
