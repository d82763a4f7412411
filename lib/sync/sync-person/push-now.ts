import type { Conflict, Rejection } from '../../person/activity.ts';
import { assertNever } from '../../person/assert-never.ts';
import type { Fields } from '../../person/field-value.ts';
import {
  awaitsPush,
  isWritable,
  openEdits,
  type Person,
  pendingEdits,
  type SalesforceLink,
} from '../../person/person.ts';
import { OBJECTS } from '../../person/row.ts';
import { judgePush, notEditable } from '../../schema/judge-push.ts';
import { pushable, type RemoteRecord } from '../../schema/record.ts';
import { describedSchemas, INVALID_FIELD } from '../context/schemas.ts';
import { TransientError } from '../errors.ts';
import { addMs } from '../instants.ts';
import type { PushAnswer } from '../ports/salesforce-records.ts';
import { withCutTexts } from '../push/cut-texts.ts';
import { type Leasing, leaseOrPark } from '../push/push-lease.ts';
import { readUnreadRows } from '../push/read-unread-rows.ts';
import { afterPush, type PushResult, storeSettled } from '../push/store-settled.ts';
import { refreshedPerson } from '../rows/merge-values.ts';
import { storeRead } from '../rows/own-rows.ts';
import { parkingOf, updateOrPark } from '../rows/update-or-park.ts';
import { endWithoutLease, over, type PersonSync, type SyncOutcome, type SyncStep } from './person-sync.ts';

/** A linked person during a sync, with the results so far. */
interface Progress {
  readonly person: Person;
  /** The row to write. */
  readonly link: SalesforceLink;
  readonly linked: boolean;
  readonly pushed: readonly string[];
  readonly pulled: readonly string[];
  readonly conflicts: readonly Conflict[];
  /** The refusal within the sync; the remaining edits continue. */
  readonly rejection: Rejection | null;
  /** An earlier push may have been accepted: the row is read before anything is sent. */
  readonly readsFirst: boolean;
}

type Step =
  | { readonly kind: 'again'; readonly progress: Progress }
  | { readonly kind: 'over'; readonly outcome: SyncOutcome };

/** Maximum repetitions: the row or the person changes concurrently, or a further value is refused. */
const ATTEMPTS = 5;

/**
 * Pushes a linked person's pending edits if the row is unchanged since base; otherwise merges the change first. Without
 * edits the row is only read. Continues without a row if the row is gone.
 */
export async function pushNow(sync: PersonSync, from: Extract<SyncStep, { kind: 'goOn' }>): Promise<SyncStep> {
  const readsFirst = sync.afterLostPush || hasFoundPlace(sync, from.person);
  let progress: Omit<Progress, 'link'> = { ...from, pushed: [], rejection: null, readsFirst };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const link = progress.person.salesforce;
    if (!isWritable(link)) return { ...progress, kind: 'goOn' };
    if (sync.assignTo.kind === 'queue' && !OBJECTS[link.type].queuesOwn) return over({ kind: 'contactNotAssignable' });
    const step = await (progress.readsFirst ? readAgain : pushOrRead)(sync, { ...progress, link });
    if (step.kind === 'over') return step;
    progress = step.progress;
  }
  return over(progress.rejection === null ? { kind: 'busy' } : rejected(progress, progress.rejection));
}

/** Whether the record has a field by now that an edit was kept without a place for. */
function hasFoundPlace({ schemas }: PersonSync, { salesforce, placeless }: Person): boolean {
  return salesforce !== null && placeless.some((field) => field in schemas[salesforce.type].rules.shapes);
}

function rejected({ person }: Pick<Progress, 'person'>, rejection: Rejection): SyncOutcome {
  return { kind: 'rejected', rejection: person.rejection ?? rejection, person };
}

async function pushOrRead(sync: PersonSync, found: Progress): Promise<Step> {
  const { type } = found.link;
  const { schema } = sync.schemas[type];
  const person = await withCutTexts(sync, type, found.person, 'update');
  if (person === undefined) return again(sync, found);
  const progress = { ...found, person };
  // A manual sync retries every pending edit once, then pushes the edits not refused.
  const edits = progress.rejection === null ? pendingEdits(person) : openEdits(person);
  const { record, sent, refused } = pushable(schema, edits, 'update');
  const refusal = judgePush(schema, sent, 'update');
  if (refusal !== undefined) return end(sync, progress, sent, { kind: 'rejected', before: null, rejection: refusal });
  const owned = withOwner(sync, progress, record);
  if (Object.keys(owned).length > 0) return push(sync, progress, { record: owned, sent });
  if (progress.rejection !== null) return over(rejected(progress, progress.rejection));
  if (refused.length === 0) return readOnly(sync, progress);
  const rejection = notEditable(type, refused);
  return end(sync, progress, {}, { kind: 'rejected', before: null, rejection });
}

const OWNER = 'OwnerId';

/** The owner is sent once: after a refusal the edits are sent without the owner. */
function withOwner({ assignTo }: PersonSync, { rejection, pushed }: Progress, record: RemoteRecord): RemoteRecord {
  const isTried = rejection !== null || pushed.length > 0;
  return 'ownerId' in assignTo && !isTried ? { ...record, [OWNER]: assignTo.ownerId } : record;
}

async function push(
  sync: PersonSync,
  progress: Progress,
  { record, sent }: { readonly record: RemoteRecord; readonly sent: Fields },
): Promise<Step> {
  const { ports, schemas } = sync;
  const { link } = progress;
  const leasing = await rememberAttempt(sync, progress.person, sent, link.systemModstamp);
  if (leasing.kind !== 'taken') return over(endWithoutLease(leasing));
  const request = { id: link.id, record, ifUnmodifiedSince: link.systemModstamp };
  const [answer] = await ports.records.push(link.type, [request], schemas[link.type].columns);
  if (answer === undefined) throw new Error('no answer for the record of a push');
  return takeAnswer(sync, { ...progress, person: leasing.person }, { sent, answer, ownerSent: OWNER in record });
}

async function takeAnswer(
  sync: PersonSync,
  progress: Progress,
  { sent, answer, ownerSent }: { readonly sent: Fields; readonly answer: PushAnswer; readonly ownerSent: boolean },
): Promise<Step> {
  const { outcome, before, after } = answer;
  switch (outcome.kind) {
    case 'written':
      if (answer.unread !== undefined) return settleUnread(sync, progress, { sent, answer });
      // The pushed values are in a row gone since, or in the successor.
      if (after === null) return afterPush(() => readAgain(sync, { ...progress, readsFirst: true }));
      return end(sync, progress, sent, { kind: 'written', before, after, created: false });
    case 'rejected':
      return end(sync, progress, sent, { kind: 'rejected', before, rejection: outcome.rejection, ownerSent });
    // Despite an error or a conversion, the push may have committed.
    case 'modified':
      return afterPush(() => (after === null ? readAgain(sync, progress) : storeRow(sync, progress, after)));
    case 'gone':
      return outcome.mayStand ? afterPush(() => readAgain(sync, progress)) : readAgain(sync, progress);
    case 'transient':
      throw new TransientError(outcome.code, 'Salesforce could not take the push now');
    case 'failed':
      throw outcome.error;
    default:
      return assertNever(outcome);
  }
}

/** The push was accepted, but the rows could not be read in the push call: read now. */
async function settleUnread(
  sync: PersonSync,
  progress: Progress,
  { sent, answer }: { readonly sent: Fields; readonly answer: PushAnswer },
): Promise<Step> {
  const { link } = progress;
  return afterPush(async () => {
    const isStale = answer.unread?.code === INVALID_FIELD;
    const current = isStale ? { ...sync, schemas: await describedSchemas(sync.ports) } : sync;
    const [read] = await readUnreadRows(current, link.type, [link.id], [answer]);
    if (read === undefined || read.after === null) return readAgain(current, { ...progress, readsFirst: true });
    return end(current, progress, sent, { kind: 'written', before: null, after: read.after, created: false });
  });
}

/**
 * Stores the attempt and the guard in the lease before sending, because the answer may be lost.
 */
export async function rememberAttempt(
  { ports }: PersonSync,
  person: Person,
  sent: Fields,
  guard?: string,
): Promise<Leasing> {
  if (person.lease === null) return { kind: 'notOurs' };
  const { attempt } = person.lease;
  const isKnown = Object.keys(sent).every((field) => attempt[field] === sent[field]) && person.lease.guard === guard;
  if (isKnown) return { kind: 'taken', person };
  const { owner, expiresAt } = person.lease;
  const lease = { owner, expiresAt, attempt: { ...attempt, ...sent }, ...(guard !== undefined && { guard }) };
  return leaseOrPark(ports, person, lease, ports.clock.now());
}

async function end(sync: PersonSync, progress: Progress, sent: Fields, pushEnd: PushResult): Promise<Step> {
  const { person, link } = progress;
  const settled = await storeSettled(sync, { type: link.type, person, sent }, pushEnd);
  if (settled === undefined) return over({ kind: 'busy' });
  const next: Progress = {
    ...progress,
    person: settled.person,
    pushed: [...progress.pushed, ...(pushEnd.kind === 'written' ? Object.keys(sent) : [])],
    pulled: [...progress.pulled, ...settled.pulled],
    conflicts: [...progress.conflicts, ...settled.conflicts],
    rejection: pushEnd.kind === 'rejected' ? pushEnd.rejection : progress.rejection,
  };
  if (next.rejection === null) {
    const outcome = progress.linked ? 'linked' : 'updated';
    const { pushed, pulled, conflicts } = next;
    return over({ kind: 'synced', outcome, person: settled.person, pushed, pulled, conflicts });
  }
  const leased = awaitsPush(settled.person) ? await leaseAgain(sync, person, settled.person) : undefined;
  return leased === undefined
    ? over(rejected(next, next.rejection))
    : { kind: 'again', progress: { ...next, person: leased } };
}

/**
 * Takes the lease again after the settle released it; undefined where a different worker has the lease, and pushes the
 * rest.
 */
async function leaseAgain({ ports }: PersonSync, { lease }: Person, settled: Person): Promise<Person | undefined> {
  if (lease === null) return undefined;
  const now = ports.clock.now();
  const next = { owner: lease.owner, expiresAt: addMs(now, ports.leaseMs), attempt: {} };
  const outcome = await ports.persons.takeLease(settled, next, now);
  return outcome === 'taken' ? { ...settled, lease: next } : undefined;
}

/** Nothing to push: merges the row. */
async function readOnly(sync: PersonSync, progress: Progress): Promise<Step> {
  const { persons, clock } = sync.ports;
  const record = await readRow(sync, progress.link);
  if (record === undefined) return storeRow(sync, progress, record);
  const now = clock.now();
  const read = refreshedPerson(sync.schemas, progress.person, record, now);
  if (!isWritable(read.person.salesforce)) return storeRow(sync, progress, record);
  const next = { ...read.person, lease: null };
  if (read.person === progress.person) {
    await persons.releaseLease(next.personId, progress.person.lease?.owner ?? '');
    return over(onlyRead(progress, { ...read, person: next }));
  }
  const stored = await updateOrPark(persons, progress.person, next, now);
  if (stored.kind === 'versionConflict') return again(sync, progress);
  const parking = parkingOf(stored.person, next);
  return over(
    parking === undefined ? onlyRead(progress, { ...read, person: stored.person }) : rejected(stored, parking),
  );
}

function onlyRead(progress: Progress, { person, ...read }: ReturnType<typeof refreshedPerson>): SyncOutcome {
  const pulled = [...progress.pulled, ...read.pulled];
  const conflicts = [...progress.conflicts, ...read.conflicts];
  const changed = progress.linked ? 'linked' : 'updated';
  const outcome = progress.linked || pulled.length > 0 ? changed : 'unchanged';
  return { kind: 'synced', outcome, person, pushed: [], pulled, conflicts };
}

async function readAgain(sync: PersonSync, progress: Progress): Promise<Step> {
  return storeRow(sync, progress, await readRow(sync, progress.link));
}

async function readRow({ ports, schemas }: PersonSync, link: SalesforceLink): Promise<RemoteRecord | undefined> {
  return (await ports.records.read(link.type, [link.id], schemas[link.type].columns)).get(link.id);
}

/**
 * Stores the present state of the row, keeping the lease, for a further try. A person joined meanwhile continues as the
 * survivor.
 */
async function storeRow(sync: PersonSync, progress: Progress, record: RemoteRecord | undefined): Promise<Step> {
  const { person } = progress;
  const read = await storeRead(sync, { person, record, recordIsGone: sync.recordIsGone });
  if (read.kind === 'changed') return again(sync, progress);
  if (read.kind === 'notVisible') return over({ kind: 'recordNotVisible', record: read.row });
  if (read.kind === 'merged') return over({ kind: 'mergedAway', personId: read.into });
  return {
    kind: 'again',
    progress: {
      ...progress,
      readsFirst: false,
      person: read.person,
      pulled: [...progress.pulled, ...read.pulled],
      conflicts: [...progress.conflicts, ...read.conflicts],
    },
  };
}

/** After a concurrent change: continues from the stored person, unless the lease is lost. */
async function again(sync: PersonSync, progress: Progress): Promise<Step> {
  const stored = await sync.ports.persons.get(progress.person.personId);
  const isOwnLease =
    stored !== undefined && stored.lease !== null && stored.lease.owner === progress.person.lease?.owner;
  return isOwnLease ? { kind: 'again', progress: { ...progress, person: stored } } : over({ kind: 'busy' });
}
