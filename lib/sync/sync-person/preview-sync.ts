import { isLeased, isWritable, type Person } from '../../person/person.ts';
import type { Row } from '../../person/row.ts';
import { planCreate, planUpdate, type SyncPlan } from '../../schema/plan-sync.ts';
import { rowOfRecord } from '../../schema/record.ts';
import { QuotaExceededError, TransientError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { ownPushOf } from '../rows/apply-row.ts';
import { refreshedPerson } from '../rows/read-leased.ts';
import { survivorOfPerson } from '../rows/survivors.ts';
import { describedSchemas, knownOrDescribedSchemas, type Schemas } from '../schemas.ts';
import { type FindPorts, findRow } from './find-row.ts';
import type { Candidate } from './person-sync.ts';

/** Ports that can only read: a preview has no way to change anything. */
export type PreviewPorts = Pick<Ports, 'clock' | 'policy'> & {
  readonly persons: FindPorts['persons'] & Pick<Ports['persons'], 'get'>;
  readonly records: Pick<Ports['records'], 'find' | 'read'>;
  readonly state: Pick<Ports['state'], 'loadSchema'>;
  readonly feed: Pick<Ports['feed'], 'describe'>;
};

/** What a sync of a person would do now. */
export interface Preview extends SyncPlan {
  readonly kind: 'preview';
  readonly personId: string;
  /** The record that it would be done with; null where it would be created, or where several could be it. */
  readonly record: Candidate | null;
  readonly outcome: 'created' | 'linked' | 'updated' | 'unchanged' | 'rejected' | 'ambiguousMatch';
  readonly candidates: readonly Candidate[];
  /** Why the background does not do it by itself now; null where it does with the next cycle, or has nothing to do. */
  readonly waitsFor: string | null;
}

export type PreviewOutcome = Preview | { readonly kind: 'notFound' | 'unavailable' | 'limit' };

/** What would be pulled and pushed if this person were synced now, field by field, and why not. Changes nothing. */
export async function previewSync(ports: PreviewPorts, personId: string): Promise<PreviewOutcome> {
  const stored = await ports.persons.get(personId);
  const person = stored && (await survivorOfPerson(ports.persons, stored));
  if (person === undefined || person.deletedHere !== null) return { kind: 'notFound' };
  try {
    // As a sync by hand does it: a parked person is judged by what Salesforce takes today.
    const schemas = await (person.rejection === null ? knownOrDescribedSchemas(ports) : describedSchemas(ports));
    return await previewOf(ports, schemas, person);
  } catch (error) {
    if (error instanceof QuotaExceededError) return { kind: 'limit' };
    if (error instanceof TransientError) return { kind: 'unavailable' };
    throw error;
  }
}

async function previewOf(ports: PreviewPorts, schemas: Schemas, person: Person): Promise<Preview> {
  const own = await ownRow(ports, schemas, person);
  if (own.row !== null) return withRow(ports, schemas, person, { row: own.row, linked: false });
  const found = await findRow(ports, schemas, own.person);
  if (found.kind === 'one') return withRow(ports, schemas, own.person, { row: found.row, linked: true });
  const { personId } = person;
  const waitsFor = waitsForOf(ports, own.person);
  if (found.kind === 'ambiguous') {
    const nothing = { fields: [], pulled: [], pushed: [], rejection: null, record: null, waitsFor };
    return { kind: 'preview', personId, ...nothing, outcome: 'ambiguousMatch', candidates: found.candidates };
  }
  const plan = planCreate({ ...schemas.Lead, policy: ports.policy }, own.person);
  const outcome = plan.rejection === null ? 'created' : 'rejected';
  return { kind: 'preview', personId, record: null, outcome, candidates: [], waitsFor, ...plan };
}

/** The row of a linked person as it is now; where it is gone, the person as one whose row is. */
async function ownRow(
  ports: PreviewPorts,
  schemas: Schemas,
  person: Person,
): Promise<{ readonly person: Person; readonly row: Row | null }> {
  const link = person.salesforce;
  if (!isWritable(link)) return { person, row: null };
  const { schema, columns } = schemas[link.type];
  const record = (await ports.records.read(link.type, [link.id], columns)).get(link.id);
  const refreshed = refreshedPerson(schemas, person, record, ports.clock.now()).person;
  if (record === undefined || !isWritable(refreshed.salesforce)) return { person: refreshed, row: null };
  return { person, row: rowOfRecord(schema, record) };
}

function withRow(
  ports: PreviewPorts,
  schemas: Schemas,
  person: Person,
  { row, linked }: { readonly row: Row; readonly linked: boolean },
): Preview {
  const object = { ...schemas[row.type], policy: ports.policy };
  const plan = planUpdate(object, person, row, ownPushOf(person));
  const changes = plan.pulled.length + plan.pushed.length > 0;
  const done = linked ? 'linked' : changes ? 'updated' : 'unchanged';
  return {
    kind: 'preview',
    personId: person.personId,
    record: { type: row.type, id: row.id },
    outcome: plan.rejection === null ? done : 'rejected',
    candidates: [],
    waitsFor: waitsForOf(ports, person),
    ...plan,
  };
}

function waitsForOf({ clock }: PreviewPorts, person: Person): string | null {
  if (isLeased(person, clock.now()))
    return `another sync of this person, until ${person.lease?.expiresAt} at the latest`;
  if (person.rejection !== null) return `a change on either side: parked by ${person.rejection.code}`;
  if (!isWritable(person.salesforce)) return 'a sync of this person by hand: it has no living record in Salesforce';
  return null;
}
