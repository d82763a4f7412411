import type { Rejection } from '../../person/activity.ts';
import { nonEmptyFields } from '../../person/edit-person.ts';
import { isEmptyValue } from '../../person/field-value.ts';
import { mergeRow } from '../../person/merge-row.ts';
import type { Person } from '../../person/person.ts';
import type { Row, RowName } from '../../person/row.ts';
import { PERSON_ID_FIELD } from '../../schema/catalogue.ts';
import { judgePush } from '../../schema/judge-push.ts';
import { pushable, type RemoteRecord, rowOfRecord } from '../../schema/record.ts';
import { ConfigError, TransientError } from '../errors.ts';
import { withCutTexts } from '../push/cut-texts.ts';
import { afterPush, type LeasedPush, storeSettled } from '../push/store-settled.ts';
import { mergedPerson, ownPushOf } from '../rows/apply-row.ts';
import { type MetRow, meetRow, takeRow } from '../rows/met-row.ts';
import { readRows } from '../rows/read-leased.ts';
import { joinRival } from '../rows/rivals.ts';
import { storeRead } from '../rows/store-read.ts';
import { takeOver } from '../rows/take-over.ts';
import { type ConvertedLead, createUnderKey } from './create-under-key.ts';
import { candidatesOf, findRow } from './find-row.ts';
import type { PersonSync, SyncOutcome, SyncStep } from './person-sync.ts';
import { rememberAttempt } from './push-now.ts';

/**
 * Finds the row of a person who has none, or whose row is gone: a Lead or Contact that carries the person's id, else
 * the only one with the person's email; or creates the Lead. A row that is another person's is never taken.
 */
export async function attachRow(sync: PersonSync, person: Person): Promise<SyncStep> {
  const found = await findRow(sync.ports, sync.schemas, person);
  if (found.kind === 'none') return createLead(sync, person);
  if (found.kind === 'ambiguous') return over({ kind: 'ambiguousMatch', candidates: found.candidates });
  return linkTo(sync, person, found.row);
}

async function linkTo(sync: PersonSync, person: Person, row: Row): Promise<SyncStep> {
  const { ports, schemas } = sync;
  if (row.type === 'Contact' && sync.assignTo.kind === 'queue') return over({ kind: 'contactNotAssignable' });
  const met = await meetRow(ports, person, row);
  const taking = await takeRow(ports, schemas, { person, own: person, goneAt: '', isUntold: true }, met);
  if (taking.kind === 'contended') return over({ kind: 'busy' });
  if (taking.kind === 'merged') return over({ kind: 'mergedAway', personId: taking.into });
  return storeLinked(sync, person, met, taking.parts);
}

async function storeLinked(
  { ports, schemas }: PersonSync,
  person: Person,
  { row, linkedId }: MetRow,
  parts: readonly Person[],
): Promise<SyncStep> {
  const { rules } = schemas[row.type];
  const merge = mergeRow(person, row, rules, ownPushOf(person));
  if (merge.kind !== 'merged') return over({ kind: 'busy' });
  const now = ports.clock.now();
  const whole = await takeOver(ports.persons, mergedPerson(merge, now), parts, { rules, now });
  const outcome = await ports.persons.update(person, whole);
  if (outcome.kind === 'versionConflict') {
    const stored = await ports.persons.get(person.personId);
    if (stored?.lease?.owner !== person.lease?.owner || stored === undefined) return over({ kind: 'busy' });
    return { kind: 'goOn', linked: false, person: stored, conflicts: [] };
  }
  const joined = await joinRival(ports, schemas, { person: outcome.person, row, insteadOf: linkedId });
  if (joined.kind === 'merged') return over({ kind: 'mergedAway', personId: joined.into });
  return { kind: 'goOn', linked: true, person: joined.person, conflicts: merge.conflicts };
}

async function createLead(sync: PersonSync, found: Person): Promise<SyncStep> {
  const { ports, schemas } = sync;
  const object = schemas.Lead;
  if (object.schema.missing.some(({ apiName, access }) => apiName === PERSON_ID_FIELD && access === 'unique')) {
    throw new ConfigError(`Lead.${PERSON_ID_FIELD} must be unique: without that two Leads of one person could be made`);
  }
  const unsent = await withCutTexts(ports, object, found, 'create');
  if (unsent === undefined) return over({ kind: 'busy' });
  const { record, sent, defaults } = newLead(sync, unsent);
  const person = await rememberAttempt(sync, unsent, { ...defaults, ...sent });
  if (person === undefined) return over({ kind: 'busy' });
  const refusal = judgePush(object.schema, { ...defaults, ...sent }, 'create');
  if (refusal !== undefined) return refuse(sync, { person, sent }, refusal);
  const answer = await createUnderKey(sync, person, record);
  switch (answer.kind) {
    case 'transient':
      throw new TransientError(answer.code, 'Salesforce could not create the Lead now');
    case 'converted':
      return followConverted(sync, { person, sent }, answer);
    case 'rejected':
      return linkMatch(sync, { person, sent }, answer);
    case 'exists':
      return linkTo(sync, person, rowOfRecord(object.schema, answer.record));
    case 'created': {
      // The row must lead to its person even when it can be read no more.
      await afterPush(() => ports.persons.linkRow(String(answer.record.Id), person.personId));
      const end = {
        kind: 'written',
        before: null,
        after: answer.record,
        created: true,
        defaulted: Object.keys(defaults),
      } as const;
      const settled = await storeSettled(ports, object, { person, sent }, end);
      if (settled === undefined) return over({ kind: 'busy' });
      return over({ kind: 'synced', outcome: 'created', pushed: Object.keys(sent), ...settled });
    }
  }
}

/** What a new Lead is made of: what the person holds, and the configured values where it holds nothing. */
function newLead({ ports, schemas, assignTo }: PersonSync, person: Person) {
  const { schema, rules } = schemas.Lead;
  const { record, sent } = pushable(schema, nonEmptyFields(person.fields, rules.shapes), 'create');
  const lacking = Object.entries(ports.policy.defaults ?? {}).filter(([field]) =>
    isEmptyValue(rules.shapes[field], person.fields[field] ?? null),
  );
  const defaults = pushable(schema, Object.fromEntries(lacking), 'create');
  const owner: RemoteRecord = 'ownerId' in assignTo ? { OwnerId: assignTo.ownerId } : {};
  return { record: { ...defaults.record, ...record, ...owner }, sent, defaults: defaults.sent };
}

/** The Contact that the person's Lead became is the person's row, or another person is both by now. */
async function followConverted(
  sync: PersonSync,
  push: LeasedPush,
  { lead, successors, rejection }: ConvertedLead,
): Promise<SyncStep> {
  const { ports, schemas } = sync;
  const row = successors.at(-1);
  if (row === undefined || row.isDeleted || row.isConverted) return refuse(sync, push, rejection);
  const read = { person: push.person, record: undefined, successors, keepLease: true, wayIn: lead };
  const end = await storeRead(ports, schemas, read);
  if (end.kind === 'changed') return over({ kind: 'busy' });
  if (end.kind === 'merged') return over({ kind: 'mergedAway', personId: end.into });
  return { kind: 'goOn', linked: true, person: end.person, conflicts: end.conflicts };
}

/** A duplicate rule found the record that this person is: links to it, if it is one and nobody else's; else refuses. */
async function linkMatch(
  sync: PersonSync,
  push: LeasedPush,
  { rejection, matches }: { readonly rejection: Rejection; readonly matches: readonly RowName[] },
): Promise<SyncStep> {
  const { ports, schemas } = sync;
  if (matches.length === 0 || ports.policy.onDuplicateAlert === 'reject') return refuse(sync, push, rejection);
  const records = await readRows(ports, schemas, matches);
  const rows = matches.flatMap(({ type, id }) => {
    const record = records.get(id);
    return record === undefined ? [] : rowOfRecord(schemas[type].schema, record);
  });
  const [row] = rows.filter((each) => !each.isDeleted && !each.isConverted);
  const candidates = await candidatesOf(ports, push.person, rows);
  const isFree = rows.length === 1 && candidates.every(({ personId }) => personId === undefined);
  if (row !== undefined && isFree) return linkTo(sync, push.person, row);
  const told = candidates.map(({ type, id, personId }) => `${type} ${id}${personId ? ` (person ${personId})` : ''}`);
  return refuse(sync, push, { ...rejection, message: `${rejection.message} Matches: ${told.join(', ')}` });
}

async function refuse(sync: PersonSync, push: LeasedPush, rejection: Rejection): Promise<SyncStep> {
  const end = { kind: 'rejected', before: null, rejection } as const;
  const settled = await storeSettled(sync.ports, sync.schemas.Lead, push, end);
  if (settled === undefined) return over({ kind: 'busy' });
  return over({ kind: 'rejected', rejection: settled.person.rejection ?? rejection, person: settled.person });
}

function over(outcome: SyncOutcome): { readonly kind: 'over'; readonly outcome: SyncOutcome } {
  return { kind: 'over', outcome };
}
