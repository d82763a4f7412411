import type { Activity } from '../../person/activity.ts';
import { activityWithout, type HiddenFields } from '../../person/hide-fields.ts';
import type { Person } from '../../person/person.ts';
import { withoutFields } from '../../person/purge-fields.ts';
import { byType, CREATED_TYPE, SALESFORCE_TYPES, type SalesforceType } from '../../person/row.ts';
import { fieldsToPurge } from '../../schema/field-history.ts';
import { hiddenByObject } from '../../schema/hidden-fields.ts';
import { changeSchema } from '../context/schemas.ts';
import { inParallel, STORE_PARALLELISM } from '../in-parallel.ts';
import { TIME_TO_STOP_MS } from '../ports/deadline.ts';
import type { StoredSchema } from '../ports/sync-state-store.ts';
import { beginPurge, type FieldPurge, isOfSameFields } from '../state/field-job.ts';
import type { CycleRun } from './cycle-run.ts';

/** Persons per page, and pages per cycle: 120,000 persons per hour. */
const PERSONS_PER_PAGE = 250;
const PAGES_PER_CYCLE = 40;

/**
 * Removes the values of purged fields from some pages of persons per cycle, saving the position after every page. A
 * pass with any removal is followed by a further pass, because a join may have moved a value to a person already
 * processed.
 */
export async function purgeFields(run: CycleRun): Promise<void> {
  const { ports } = run;
  const isAsked = [...run.schemas.values()].some(({ history }) => fieldsToPurge(history).length > 0);
  if (!isAsked) return;
  const schemas = await storedSchemas(run);
  for (const type of SALESFORCE_TYPES) {
    const stored = schemas[type];
    const fields = stored === undefined ? [] : fieldsToPurge(stored.history);
    if (stored === undefined || fields.length === 0) continue;
    const { purge } = await ports.state.loadJobs(type);
    const known = purge !== undefined && isOfSameFields(purge, fields) ? purge : null;
    await pass(run, { type, schemas }, known ?? beginPurge(fields, ports.clock.now()));
    return;
  }
}

interface Purging {
  readonly type: SalesforceType;
  readonly schemas: StoredSchemas;
}

type StoredSchemas = Readonly<Record<SalesforceType, StoredSchema | undefined>>;

async function storedSchemas({ ports }: CycleRun): Promise<StoredSchemas> {
  const loaded = await Promise.all(SALESFORCE_TYPES.map((type) => ports.state.loadSchema(type)));
  return byType((type) => loaded[SALESFORCE_TYPES.indexOf(type)]);
}

async function pass(run: CycleRun, purging: Purging, from: FieldPurge): Promise<void> {
  const { ports, timeLeftMs } = run;
  let purge = from;
  for (let page = 0; page < PAGES_PER_CYCLE && timeLeftMs() > TIME_TO_STOP_MS; page += 1) {
    const { items, cursor } = await ports.persons.scan({ everybody: true }, PERSONS_PER_PAGE, purge.after);
    const removed = await inParallel(items, STORE_PARALLELISM, (person) => purgePerson(run, purging, purge, person));
    const isClean = purge.isClean && !removed.includes(true);
    if (cursor === null && isClean) return end(run, purging.type, purge);
    purge = { ...purge, after: cursor, isClean: cursor === null || isClean };
    await save(run, purging.type, purge);
  }
}

async function save({ ports, cycle }: CycleRun, type: SalesforceType, purge: FieldPurge | undefined): Promise<void> {
  const { purge: _before, ...book } = await ports.state.loadJobs(type);
  await ports.state.saveJobs(type, purge === undefined ? book : { ...book, purge }, cycle);
}

/**
 * The history records the end before the position is removed: after a crash in between, an additional pass finds
 * nothing.
 */
async function end(run: CycleRun, type: SalesforceType, { fields, startedAt }: FieldPurge): Promise<void> {
  const endedAt = run.ports.clock.now();
  await changeSchema(run.ports, type, (stored) => {
    if (stored === undefined) return undefined;
    const gone = { ...stored.history.gone };
    for (const field of fields) {
      const known = gone[field];
      // Requested again during the last pass: start over.
      const isOurs = known?.purge !== undefined && known.purge.askedAt <= startedAt;
      if (known !== undefined && isOurs) gone[field] = { ...known, purge: { askedAt: startedAt, endedAt } };
    }
    return { ...stored, history: { ...stored.history, gone } };
  });
  await save(run, type, undefined);
}

/** Maximum tries against concurrent writes of a person; afterwards the next pass handles the person. */
const ATTEMPTS = 3;

/** Whether a value was removed, or is still to be removed. */
async function purgePerson(run: CycleRun, purging: Purging, purge: FieldPurge, found: Person): Promise<boolean> {
  const fields = fieldsOf(purging, purge, found);
  if (fields.size === 0 || found.erased) return false;
  const held = await purgeItem(run, fields, found);
  const isSent = found.lease !== null && (await forgetAttempt(run, found.personId, fields));
  // After the item, because the item's write may move activities out of the item.
  const hide = (activity: Activity) => activityWithout(activity, fields);
  const rewritten = await run.ports.persons.rewriteActivities(found.personId, hide);
  return held || isSent || rewritten > 0;
}

/** Whether the item held a value. */
async function purgeItem({ ports }: CycleRun, fields: HiddenFields, found: Person): Promise<boolean> {
  let person: Person | undefined = found;
  for (let attempt = 0; attempt < ATTEMPTS && person !== undefined; attempt += 1) {
    const next = withoutFields(person, fields, ports.clock.now());
    if (next === person) return attempt > 0;
    if ((await ports.persons.update(person, next)).kind === 'written') return true;
    person = await ports.persons.get(found.personId);
  }
  return true;
}

/** The lease records the values of a push without an answer. */
async function forgetAttempt({ ports }: CycleRun, personId: string, fields: HiddenFields): Promise<boolean> {
  const person = await ports.persons.get(personId);
  if (person === undefined || person.lease === null) return false;
  const sent = Object.entries(person.lease.attempt);
  const left = sent.filter(([field]) => !fields.has(field));
  if (left.length === sent.length) return false;
  await ports.persons.takeLease(person, { ...person.lease, attempt: Object.fromEntries(left) }, ports.clock.now());
  return true;
}

/** The hidden fields for the person: by the object of the record, or the object to be created. */
function fieldsOf({ type, schemas }: Purging, { fields }: FieldPurge, { salesforce }: Person): HiddenFields {
  if (salesforce !== null) return salesforce.type === type ? new Set(fields) : new Set();
  if (type === CREATED_TYPE) return new Set(fields);
  const hidden = hiddenByObject(schemas)[CREATED_TYPE];
  return new Set(fields.filter((field) => hidden.has(field)));
}
