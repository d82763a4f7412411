import type { Person } from '../../person/person.ts';
import type { AssignTo } from '../assign-to.ts';
import { describedSchemas, INVALID_FIELD, loadSchemas } from '../context/schemas.ts';
import { TransientError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { attachRow } from './attach-row.ts';
import type { PersonSync, SyncOutcome } from './person-sync.ts';
import { pushNow } from './push-now.ts';
import { underLease } from './under-lease.ts';

const TURNS = 3;

/** Maximum number of joins of the person during a sync. */
const MERGES = 4;

/**
 * Brings one person into Salesforce now: pushes pending edits, or links the person to a row, or creates a Lead, and
 * merges the row. No edit is ever lost; refusals are recorded in the activity log. A person joined meanwhile is synced
 * as the survivor, without `recordIsGone`: the confirmation was about a different record.
 */
export async function syncPerson(
  ports: Ports,
  personId: string,
  assignTo: AssignTo,
  recordIsGone = false,
): Promise<SyncOutcome> {
  const options = { assignTo, recordIsGone };
  let outcome = await syncOnce(ports, personId, options);
  for (let merge = 0; merge < MERGES && outcome.kind === 'joined'; merge += 1) {
    outcome = await syncOnce(ports, outcome.personId, { ...options, recordIsGone: false });
  }
  return outcome.kind === 'joined' ? { kind: 'busy' } : outcome;
}

type OneSync = SyncOutcome | { readonly kind: 'joined'; readonly personId: string };

type SyncOptions = Pick<PersonSync, 'assignTo' | 'recordIsGone'>;

function syncOnce(ports: Ports, personId: string, options: SyncOptions): Promise<OneSync> {
  return underLease(ports, personId, { isGuarded: true }, async ({ leased, afterLostPush }): Promise<OneSync> => {
    // For a parked person the schema is described anew: Salesforce may accept the refused values by now.
    const schemas = await (leased.rejection === null ? loadSchemas(ports) : describedSchemas(ports));
    const outcome = await syncWithFields({ ports, schemas, ...options, afterLostPush }, leased);
    return outcome.kind === 'mergedAway' ? { kind: 'joined', personId: outcome.personId } : outcome;
  });
}

/** A field was hidden or deleted after the schemas were made: the schemas are renewed once and the sync continues. */
async function syncWithFields(sync: PersonSync, leased: Person): Promise<SyncOutcome> {
  try {
    return await syncLeased(sync, leased);
  } catch (error) {
    if (!(error instanceof TransientError) || error.code !== INVALID_FIELD) throw error;
    const { ports } = sync;
    const schemas = await describedSchemas(ports);
    const stored = await ports.persons.get(leased.personId);
    if (stored === undefined || stored.lease?.owner !== leased.lease?.owner) return { kind: 'busy' };
    // Values sent before the error may have been accepted.
    return syncLeased({ ...sync, schemas, afterLostPush: true }, stored);
  }
}

async function syncLeased(sync: PersonSync, leased: Person): Promise<SyncOutcome> {
  let person = leased;
  // After a deletion, a conversion or a concurrent change, starts again with the search for a row.
  for (let turn = 0; turn < TURNS; turn += 1) {
    const attached = await attachRow(sync, person);
    if (attached.kind === 'over') return attached.outcome;
    const pushed = await pushNow(sync, attached);
    if (pushed.kind === 'over') return pushed.outcome;
    person = pushed.person;
  }
  return { kind: 'busy' };
}
