import { isEmptyValue } from '../../person/field-value.ts';

import { openEdits, type Person, type PersonStatus, syncStatus, type Tried } from '../../person/person.ts';
import { retryAt, triedInVain } from '../../person/retry.ts';

import { type SalesforceType, typeOf } from '../../person/row.ts';
import { isGone } from '../../person/standing.ts';
import type { CycleError } from '../state/cycle-report.ts';

/** The waiting edits of a person, with reasons. Computed from stored state, without calling Salesforce. */
export interface PersonSyncState {
  readonly personId: string;
  readonly status: PersonStatus;
  readonly waiting: readonly WaitingField[];
  /** The rejection in force, otherwise the last push. `code` and `message` are null for an accepted push. */
  readonly lastTry: { readonly at: string; readonly code: string | null; readonly message: string | null } | null;
  /** Null without waiting edits. `at` is null where the next try has no fixed time. */
  readonly nextTry: { readonly at: string | null; readonly why: string } | null;
  /** The main cause of the wait; null without waiting edits. */
  readonly rule: WaitingRule | null;
}

export interface WaitingField {
  readonly field: string;
  readonly reason: string;
}

export interface WaitingRule {
  readonly code: string;
  readonly message: string;
}

/** Facts from outside the person. */
export interface SyncFacts {
  readonly now: string;
  readonly scheduleEnabled: boolean;
  /**
   * Why the last cycle ended early, and since when every cycle has failed; null after a successful cycle or before the
   * first.
   */
  readonly failing: (CycleError & { readonly since: string }) | null;
  readonly hasCycled: boolean;
  /** Messages in the change queue. */
  readonly queued: number;
  /** Why a field is not pushed to the record; undefined for a pushed field. */
  readonly whyNotPushed: (type: SalesforceType, field: string) => string | undefined;
}

export function personSyncState(person: Person, facts: SyncFacts): PersonSyncState {
  const rule = ruleOf(person, facts);
  return {
    personId: person.personId,
    status: syncStatus(person),
    waiting: rule === null ? [] : waitingFields(person, facts, rule),
    lastTry: lastTryOf(person),
    nextTry: rule === null ? null : nextTryOf(person, rule),
    rule,
  };
}

/** The main cause of the wait: of several rules the rule to be resolved first. */
function ruleOf(person: Person, facts: SyncFacts): WaitingRule | null {
  const { salesforce, rejection, pending } = person;
  if (rejection !== null) return { code: rejection.code, message: rejection.message };
  if (salesforce === null) return NO_RECORD;
  if (Object.keys(pending).length === 0) return null;
  return recordRule(person) ?? fieldRule(person, facts) ?? timeRule(person, facts);
}

const NO_RECORD: WaitingRule = {
  code: 'NO_RECORD',
  message: 'The person has no record in Salesforce; a sync of the person links a record or creates a Lead',
};

function recordRule({ salesforce }: Person): WaitingRule | undefined {
  if (salesforce === null || !isGone(salesforce)) return undefined;
  const { type, id, successor } = salesforce;
  if (successor !== undefined) {
    const message = `${successor.type} ${successor.id} took the place of ${type} ${id}, and was not read yet or is out of the sync user's sight`;
    return { code: 'RECORD_REPLACED', message };
  }
  const message = `${type} ${id} was deleted in Salesforce; an undelete restores the link, a sync of the person creates a Lead`;
  return { code: 'RECORD_DELETED', message };
}

/** Only where no waiting edit can be pushed. */
function fieldRule(person: Person, { whyNotPushed }: SyncFacts): WaitingRule | undefined {
  const whys = Object.keys(openEdits(person)).map((field) => whyNotPushed(typeOf(person), field));
  const [why] = whys;
  const isNone = why !== undefined && whys.every((each) => each !== undefined);
  return isNone ? { code: 'NOT_PUSHED', message: why } : undefined;
}

function timeRule(person: Person, facts: SyncFacts): WaitingRule {
  const { lease } = person;
  if (lease !== null && lease.expiresAt > facts.now) {
    return {
      code: 'PUSH_UNDER_WAY',
      message: `A different push of the person is or may be in progress until ${lease.expiresAt}`,
    };
  }
  if (!facts.scheduleEnabled) {
    return {
      code: 'SCHEDULE_OFF',
      message: 'The schedule is off (scheduleEnabled); a sync of the person pushes the edits',
    };
  }
  if (facts.failing !== null) {
    const { code, message, since } = facts.failing;
    return { code, message: `No cycle has ended well since ${since}: ${message}` };
  }
  const tried = triedInVain(person);
  if (tried !== null) return triedRule(tried);
  if (!facts.hasCycled) return { code: 'NO_CYCLE', message: 'No cycle has ended yet' };
  if (facts.queued > 0) return { code: 'BACKLOG', message: `${facts.queued} messages wait to be merged` };
  return { code: 'NEXT_CYCLE', message: 'The next cycle pushes the edits' };
}

function triedRule({ code, message, since, times }: Tried): WaitingRule {
  const words = message === undefined ? '' : ` (${message})`;
  return { code, message: `Nothing came of the last ${times} pushes, the first at ${since}${words}` };
}

function waitingFields(person: Person, { whyNotPushed }: SyncFacts, rule: WaitingRule): readonly WaitingField[] {
  if (person.salesforce === null) {
    const held = Object.entries(person.fields).filter(([, value]) => !isEmptyValue(undefined, value ?? null));
    return held.map(([field]) => ({ field, reason: reasonIn(rule) }));
  }
  const open = openEdits(person);
  return Object.keys(person.pending)
    .sort()
    .map((field) => {
      const why = whyNotPushed(typeOf(person), field);
      if (why !== undefined) return { field, reason: why };
      const isHeldByRule = !(field in open) || person.rejection === null;
      return { field, reason: isHeldByRule ? reasonIn(rule) : 'The next cycle pushes it' };
    });
}

function reasonIn({ code, message }: WaitingRule): string {
  return `${code}: ${message}`;
}

function lastTryOf(person: Person): PersonSyncState['lastTry'] {
  const { log, rejection } = person;
  if (rejection !== null) return { at: rejection.at, code: rejection.code, message: rejection.message };
  const tried = triedInVain(person);
  if (tried !== null) return { at: tried.at, code: tried.code, message: triedRule(tried).message };
  const last = log.recent.findLast(({ type, direction }) => {
    return type === 'syncedToSalesforce' || (type === 'rejected' && direction === 'push');
  });
  if (last === undefined) return null;
  return last.type === 'rejected'
    ? { at: last.at, code: last.detail.code, message: last.detail.message }
    : { at: last.at, code: null, message: null };
}

const BY_HAND = 'after an edit, a change of the record in Salesforce, or a sync of the person';

const BY_ITSELF = 'automatically; sooner after an edit, a change of the record, POST /sync/rejections/retry, or a sync';

function nextTryOf(person: Person, { code }: WaitingRule): PersonSyncState['nextTry'] {
  if (person.rejection !== null) {
    const at = retryAt(person);
    return { at, why: at === null ? BY_HAND : BY_ITSELF };
  }
  if (code === 'PUSH_UNDER_WAY' && person.lease !== null) return { at: person.lease.expiresAt, why: 'the lease ends' };
  const isByHand = ['NO_RECORD', 'RECORD_DELETED', 'SCHEDULE_OFF'].includes(code);
  if (isByHand) return { at: null, why: 'with a sync of the person' };
  return { at: null, why: code === 'NOT_PUSHED' ? 'when the field can be pushed' : 'with the next cycle' };
}
