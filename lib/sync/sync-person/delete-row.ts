import type { Happening, Rejection } from '../../person/activity.ts';
import { logged } from '../../person/edit-person.ts';
import type { Person, SalesforceLink } from '../../person/person.ts';
import { type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import { TransientError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { readRows, successorsOf } from '../rows/read-leased.ts';
import { storeRead } from '../rows/store-read.ts';
import { loadSchemas, type Schemas } from '../schemas.ts';

export type RowDeletion =
  /** The person stands for no living row that anybody could find. */
  | { readonly kind: 'deleted'; readonly person: Person }
  /** The row that took the place of the person's is another's, and was left alone: the person is a part of that one. */
  | { readonly kind: 'mergedAway'; readonly personId: string }
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly person: Person }
  | { readonly kind: 'busy' };

/** How many rows may be found one after another to stand in the place of the last. */
const TURNS = 4;

/**
 * Deletes the row of a person under our lease. Where it turns out that another row took its place, the person goes over
 * to that one, which is deleted instead.
 */
export async function deleteRow(ports: Ports, leased: Person): Promise<RowDeletion> {
  let person: Person | undefined = leased;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const link: SalesforceLink | null = person.salesforce;
    if (link === null || link.isDeleted) return { kind: 'deleted', person };
    const schemas = await loadSchemas(ports);
    const gone = await goneRow(ports, schemas, person, link);
    if (gone.kind !== 'gone') return gone;
    const there = await goOver(ports, schemas, person, gone.record);
    if (there === 'changed') person = await ports.persons.get(leased.personId);
    else if (there.kind === 'mergedAway' || there.person === person) return there;
    else person = there.person;
    if (person === undefined || person.lease?.owner !== leased.lease?.owner) return { kind: 'busy' };
  }
  return { kind: 'busy' };
}

/** The row, once it is deleted, or found to be gone or converted; null where it cannot be read. */
async function goneRow(
  ports: Ports,
  schemas: Schemas,
  person: Person,
  { type, id, isConverted }: SalesforceLink,
): Promise<RowDeletion | { readonly kind: 'gone'; readonly record: RemoteRecord | null }> {
  // What is known to be converted is not written to.
  if (isConverted) {
    return { kind: 'gone', record: (await readRows(ports, schemas, [{ type, id }])).get(id) ?? null };
  }
  const { outcome, after } = await ports.records.remove(type, id, schemas[type].columns);
  switch (outcome.kind) {
    case 'written':
    case 'gone':
      return { kind: 'gone', record: after };
    case 'transient':
      throw new TransientError(outcome.code, 'Salesforce could not delete the record now');
    case 'rejected': {
      const { rejection } = outcome;
      const told: Happening = { type: 'rejected', direction: 'push', detail: { ...rejection, values: {} } };
      const stored = await ports.persons.update(person, logged(person, [told], ports.clock.now()));
      return stored.kind === 'written' ? { kind: 'rejected', rejection, person: stored.person } : { kind: 'busy' };
    }
  }
}

/** The person as it stands for the row that took the place of its own; the same object where none did. */
async function goOver(
  ports: Ports,
  schemas: Schemas,
  person: Person,
  record: RemoteRecord | null,
): Promise<Extract<RowDeletion, { kind: 'deleted' | 'mergedAway' }> | 'changed'> {
  const link = person.salesforce;
  if (record === null || link === null) return { kind: 'deleted', person };
  const row = rowOfRecord(schemas[link.type].schema, record);
  const successors = await successorsOf(ports, schemas, row);
  if (successors.length === 0) return { kind: 'deleted', person };
  const end = await storeRead(ports, schemas, { person, record, successors, keepLease: true });
  if (end.kind === 'changed') return 'changed';
  return end.kind === 'merged' ? { kind: 'mergedAway', personId: end.into } : { kind: 'deleted', person: end.person };
}
