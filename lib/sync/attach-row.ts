import { nonEmptyFields } from '../person/edit-person.ts';
import { mergeRow } from '../person/merge-row.ts';
import type { Person } from '../person/person.ts';
import type { Row } from '../person/row.ts';
import { judgePush } from '../schema/judge-push.ts';
import { pushable, type RemoteRecord } from '../schema/record.ts';
import { mergedPerson, ownPushOf } from './apply-row.ts';
import { withCutTexts } from './cut-texts.ts';
import { TransientError } from './errors.ts';
import { findRow } from './find-row.ts';
import { rememberAttempt } from './push-now.ts';
import { storeSettled } from './store-settled.ts';
import type { PersonSync, SyncOutcome, SyncStep } from './sync-person.ts';

/**
 * Finds the row of a person who has none, or whose row is gone: a Lead or Contact that carries the person's id, else the
 * only one with the person's email; or creates the Lead. A row that is another person's is never taken.
 */
export async function attachRow(sync: PersonSync, person: Person): Promise<SyncStep> {
  const found = await findRow(sync.ports, sync.schemas, person);
  if (found.kind === 'none') return over(await createLead(sync, person));
  if (found.kind === 'ambiguous') return over({ kind: 'ambiguousMatch', candidates: found.candidates });
  if (found.row.type === 'Contact' && sync.assignTo.kind === 'queue') return over({ kind: 'contactNotAssignable' });
  return linkTo(sync, person, found.row);
}

async function linkTo(sync: PersonSync, person: Person, row: Row): Promise<SyncStep> {
  const { ports, schemas } = sync;
  // The link first: from then on everybody who meets the row finds this person.
  await ports.persons.linkRow(row.id, person.personId);
  const merge = mergeRow(person, row, schemas[row.type].rules, ownPushOf(person));
  if (merge.kind !== 'merged') return over({ kind: 'busy' });
  const outcome = await ports.persons.update(person, mergedPerson(merge, ports.clock.now()));
  if (outcome.kind === 'versionConflict') {
    const stored = await ports.persons.get(person.personId);
    if (stored?.lease?.owner !== person.lease?.owner || stored === undefined) return over({ kind: 'busy' });
    return { kind: 'goOn', linked: false, person: stored, conflicts: [] };
  }
  return { kind: 'goOn', linked: true, person: outcome.person, conflicts: merge.conflicts };
}

async function createLead(sync: PersonSync, found: Person): Promise<SyncOutcome> {
  const { ports, schemas, assignTo } = sync;
  const object = schemas.Lead;
  const unsent = await withCutTexts(ports, object, found, 'create');
  if (unsent === undefined) return { kind: 'busy' };
  const { record, sent } = pushable(object.schema, nonEmptyFields(unsent.fields, object.rules.shapes), 'create');
  const person = await rememberAttempt(sync, unsent, sent);
  if (person === undefined) return { kind: 'busy' };
  const owned: RemoteRecord = 'ownerId' in assignTo ? { ...record, OwnerId: assignTo.ownerId } : record;
  const options = { runAssignmentRules: assignTo.kind === 'assignmentRule' };
  const refusal = judgePush(object.schema, sent, 'create');
  const answer =
    refusal === undefined
      ? await ports.records.upsertLead(person.personId, owned, object.columns, options)
      : ({ kind: 'rejected', rejection: refusal } as const);
  switch (answer.kind) {
    case 'transient':
      throw new TransientError(answer.code, 'Salesforce could not create the Lead now');
    case 'rejected': {
      const { rejection } = answer;
      const settled = await storeSettled(
        ports,
        object,
        { person, sent },
        { kind: 'rejected', before: null, rejection },
      );
      return settled === undefined
        ? { kind: 'busy' }
        : { kind: 'rejected', rejection: settled.person.rejection ?? rejection, person: settled.person };
    }
    case 'written': {
      const end = { kind: 'written', before: null, after: answer.record, created: answer.created } as const;
      const settled = await storeSettled(ports, object, { person, sent }, end);
      if (settled === undefined) return { kind: 'busy' };
      const outcome = answer.created ? 'created' : 'linked';
      return { kind: 'synced', outcome, pushed: Object.keys(sent), ...settled };
    }
  }
}

function over(outcome: SyncOutcome): SyncStep {
  return { kind: 'over', outcome };
}
