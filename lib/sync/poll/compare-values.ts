import { mergeRow } from '../../person/merge-row.ts';
import type { LinkedPerson, Person } from '../../person/person.ts';
import type { SalesforceType } from '../../person/row.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import type { Schemas } from '../context/schemas.ts';
import type { PollPorts } from './cycle-run.ts';

/** Rows read per call, and persons held in memory at a time: the memory bound of a comparison. */
const AT_A_TIME = 2_000;

/**
 * Persons whose row has the known stamp but a different value in a pulled field: a difference visible neither by stamp
 * nor through the change feed. A person under a lease is skipped, because a push may be in progress.
 */
export async function differingValues(
  ports: PollPorts,
  schemas: Schemas,
  persons: readonly LinkedPerson[],
): Promise<LinkedPerson[]> {
  const found: LinkedPerson[] = [];
  for (const [type, ofType] of Map.groupBy(persons, ({ salesforce }) => salesforce.type)) {
    for (let from = 0; from < ofType.length; from += AT_A_TIME) {
      found.push(...(await differing(ports, { type, schemas }, ofType.slice(from, from + AT_A_TIME))));
    }
  }
  return found;
}

interface Comparison {
  readonly type: SalesforceType;
  readonly schemas: Schemas;
}

/** The rows are read before the persons: a person written in between has a newer stamp and is left to the feed. */
async function differing(
  ports: PollPorts,
  comparison: Comparison,
  links: readonly LinkedPerson[],
): Promise<LinkedPerson[]> {
  const { type, schemas } = comparison;
  const ids = links.map(({ salesforce }) => salesforce.id);
  const records = await ports.records.read(type, ids, schemas[type].columns);
  const persons = await ports.persons.getMany(links.map(({ personId }) => personId));
  return links.filter(({ personId, salesforce }) => {
    const record = records.get(salesforce.id);
    const person = persons.get(personId);
    return record !== undefined && person !== undefined && holdsOther(comparison, person, record);
  });
}

function holdsOther({ type, schemas }: Comparison, person: Person, record: RemoteRecord): boolean {
  const { schema, rules } = schemas[type];
  const row = rowOfRecord(schema, record);
  const link = person.salesforce;
  if (person.lease !== null || link?.id !== row.id || link.systemModstamp !== row.systemModstamp) return false;
  return mergeRow(person, row, rules).kind === 'merged';
}
