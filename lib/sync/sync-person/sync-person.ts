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

/** How often a person may be joined into another while it is synced. */
const MERGES = 4;

/**
 * Brings one person into Salesforce now: pushes its pending edits, or links it to its row, or creates its Lead, and
 * takes over what the row holds. Whatever comes of it, no edit is lost; what was refused stands in the activity log.
 * A person that turns out to be joined into another by now is synced as that one: nothing was confirmed of its record.
 */
export async function syncPerson(
  ports: Ports,
  personId: string,
  assignTo: AssignTo,
  recordIsGone = false,
): Promise<SyncOutcome> {
  const manner = { assignTo, recordIsGone };
  let outcome = await syncOnce(ports, personId, manner);
  for (let merge = 0; merge < MERGES && outcome.kind === 'joined'; merge += 1) {
    outcome = await syncOnce(ports, outcome.personId, { ...manner, recordIsGone: false });
  }
  return outcome.kind === 'joined' ? { kind: 'busy' } : outcome;
}

type OneSync = SyncOutcome | { readonly kind: 'joined'; readonly personId: string };

type Manner = Pick<PersonSync, 'assignTo' | 'recordIsGone'>;

function syncOnce(ports: Ports, personId: string, manner: Manner): Promise<OneSync> {
  return underLease(ports, personId, { isGuarded: true }, async ({ leased, afterLostPush }): Promise<OneSync> => {
    // A parked person that somebody syncs by hand: what Salesforce takes may have changed since it was refused.
    const schemas = await (leased.rejection === null ? loadSchemas(ports) : describedSchemas(ports));
    const outcome = await syncWithFields({ ports, schemas, ...manner, afterLostPush }, leased);
    return outcome.kind === 'mergedAway' ? { kind: 'joined', personId: outcome.personId } : outcome;
  });
}

/** A field that was hidden or deleted since the schemas were made: they are made anew, and the sync goes on, once. */
async function syncWithFields(sync: PersonSync, leased: Person): Promise<SyncOutcome> {
  try {
    return await syncLeased(sync, leased);
  } catch (error) {
    if (!(error instanceof TransientError) || error.code !== INVALID_FIELD) throw error;
    const { ports } = sync;
    const schemas = await describedSchemas(ports);
    const stored = await ports.persons.get(leased.personId);
    if (stored === undefined || stored.lease?.owner !== leased.lease?.owner) return { kind: 'busy' };
    // What was sent before the error may have been taken.
    return syncLeased({ ...sync, schemas, afterLostPush: true }, stored);
  }
}

async function syncLeased(sync: PersonSync, leased: Person): Promise<SyncOutcome> {
  let person = leased;
  // A row found deleted or converted on the way, or a change by others, sends the person back to look again.
  for (let turn = 0; turn < TURNS; turn += 1) {
    const attached = await attachRow(sync, person);
    if (attached.kind === 'over') return attached.outcome;
    const pushed = await pushNow(sync, attached);
    if (pushed.kind === 'over') return pushed.outcome;
    person = pushed.person;
  }
  return { kind: 'busy' };
}
