import { personIdOfRow } from '../../person/person.ts';
import { isPossiblePersonId } from '../../person/person-key.ts';
import { type Row, type RowName, successorOf } from '../../person/row.ts';
import { heldRow, isGone, isPerson, type Standing } from '../../person/standing.ts';
import { chainOf, freshRow, type Hold, holdOf, itemOf } from './authority.ts';
import {
  absorb,
  claimed,
  follow,
  hasSuccessor,
  isNews,
  newLife,
  parkUnreadable,
  type QuestionSource,
} from './claim-table.ts';
import type { Decided, Deciding, Known } from './known.ts';

/** A row state on the way to the row's holder. */
export interface RowQuestion extends QuestionSource {
  readonly kind: 'row';
  readonly name: RowName;
  /** Null: the row is to be read. */
  readonly state: Row | null;
  /** Whether the state has only some columns, and can therefore only add values at a stamp already known. */
  readonly partial: boolean;
  /** Whether an earlier state of the row may still be queued. */
  readonly mayComeAfter: boolean;
  /** Treats an unreadable row as gone: listed as deleted, or confirmed by a user. */
  readonly recordIsGone?: boolean | undefined;
}

/** The next step for a row: rows 1 to 24 of the specification. */
export function* decideRow(known: Known, question: RowQuestion): Deciding {
  const hold = (yield* heldByCarriedId(known, question.state)) ?? (yield* holdOf(known, question.name.id));
  if (hold.kind === 'unjoined') return yield* absorb(known, hold.loser, hold.survivor);
  const isUsable = !question.partial || addsTo(hold, question.state);
  // Storing a later stamp would claim columns never read.
  const state = (isUsable ? question.state : null) ?? (yield* freshRow(known, question.name));
  if (state === null) return yield* unreadable(known, question, hold);
  switch (hold.kind) {
    case 'held':
      return yield* held(known, question, hold.survivor, state);
    case 'free':
      return yield* free(known, question, state);
    case 'unborn':
      return yield* unborn(known, hold.personId, state);
    case 'left':
      return yield* left(known, hold.survivor, state);
    case 'claimed':
      return yield* claimed(known, question, hold.survivor, state);
  }
}

/** Whether a partial state can be merged: the row has a holder, and the stamp is not later than base. */
function addsTo(hold: Exclude<Hold, { kind: 'unjoined' }>, state: Row | null): boolean {
  const base = hold.kind === 'held' ? hold.survivor.salesforce?.systemModstamp : undefined;
  return state !== null && base !== undefined && state.systemModstamp <= base;
}

/**
 * The holder named by the row's person id. A living person stands for a row only if the authority leads to the person
 * (I1), so the authority need not be read. The row of an erased person may have a new holder.
 */
function* heldByCarriedId(known: Known, state: Row | null): Deciding<Hold | undefined> {
  const carried = carriedId(state);
  if (state === null || carried === null) return undefined;
  const person = yield* itemOf(known, carried);
  const holds = isPerson(person) && !person.erased && person.mergedInto === null && person.salesforce?.id === state.id;
  return holds ? { kind: 'held', survivor: person } : undefined;
}

/** A text typed into the field by a user is not a person id. */
function carriedId(state: Row | null): string | null {
  const id = state?.personId ?? null;
  return id !== null && isPossiblePersonId(id) ? id : null;
}

/** Rows 2 to 5. */
function* held(known: Known, question: RowQuestion, holder: Standing, state: Row): Deciding {
  const { personId, salesforce } = holder;
  const stamp = salesforce?.systemModstamp ?? '';
  if (state.systemModstamp > stamp) return yield* newer(known, question, holder, state);
  if (state.systemModstamp === stamp && known.differs(personId, state)) {
    // Same SystemModstamp as base, other values: the order is unknown, so the row is read again.
    const fresh = question.partial ? state : yield* freshRow(known, state);
    if (fresh !== null && isNews(known, holder, fresh)) {
      return { kind: 'merge', personId, row: fresh, keepsNewborn: false, rule: '5' };
    }
  }
  if (hasSuccessor(holder)) return yield* follow(known, question, holder, '4');
  return { kind: 'nothing', personId, rule: '5' };
}

/**
 * Row 3. A gone state is merged before the successor is followed (I5); if the holder is then joined into the
 * successor's holder, a single write does both.
 */
function* newer(known: Known, question: RowQuestion, holder: Standing, state: Row): Deciding {
  const { personId, erased } = holder;
  const rule = erased ? '2' : '3';
  const merge: Decided = { kind: 'merge', personId, row: state, keepsNewborn: false, rule };
  if (successorOf(state) === null) return merge;
  const next = yield* follow(known, question, { ...holder, salesforce: heldRow(state) }, rule);
  return next.kind === 'freeze' && next.loser === personId ? { ...next, gone: state } : merge;
}

/** Rows 6 to 11. */
function* free(known: Known, { mayComeAfter }: RowQuestion, state: Row): Deciding {
  const goneAt = (yield* itemOf(known, personIdOfRow(state.id)))?.goneAt ?? '';
  if (isGone(state)) {
    if (!mayComeAfter || state.systemModstamp <= goneAt) return { kind: 'nothing', personId: null, rule: '6' };
    return { kind: 'noteGone', row: state, rule: '6' };
  }
  if (state.systemModstamp <= goneAt) return { kind: 'nothing', personId: null, rule: '7' };
  const named = yield* namedByRow(known, state);
  if (named !== undefined) return named;
  const sharer = yield* claimantOf(known, state);
  if (sharer !== null) {
    const { personId } = sharer;
    if (known.isLeased(personId)) return { kind: 'wait', rule: '9' };
    if (!(yield* sharesEmail(known, state))) return { kind: 'claim', rowId: state.id, personId, rule: '10' };
  }
  return { kind: 'create', personId: personIdOfRow(state.id), row: state, rule: '11' };
}

/** Row 8: the person named by the row's person id, or a half-done join on the way to the survivor. */
function* namedByRow(known: Known, state: Row): Deciding<Decided | undefined> {
  const carried = carriedId(state);
  const chain = carried === null ? null : yield* chainOf(known, carried);
  if (chain === null) return undefined;
  const { survivor, unjoined } = chain;
  if (unjoined !== undefined) return yield* absorb(known, unjoined, survivor, '8');
  const { personId, salesforce, erased, left: leftRows } = survivor;
  // The row may be a new Lead for a person with a deleted row; a person with a successor row follows the successor
  // instead.
  const hasRoom = salesforce === null || (isGone(salesforce) && !hasSuccessor(survivor));
  if (!hasRoom || erased || state.id in leftRows) return undefined;
  return { kind: 'claim', rowId: state.id, personId, rule: '8' };
}

function* claimantOf(known: Known, state: Row): Deciding<Standing | null> {
  for (;;) {
    const id = known.claimant(state);
    if (id === null) return null;
    if (id === undefined) {
      yield { kind: 'readClaimant', row: state };
      continue;
    }
    const person = yield* itemOf(known, id);
    if (!isPerson(person) || person.mergedInto !== null || person.deletedHere !== null) return null;
    const isFree = person.salesforce === null && !person.erased && !(state.id in person.left);
    return isFree ? person : null;
  }
}

function* sharesEmail(known: Known, state: Row): Deciding<boolean> {
  for (;;) {
    const shares = known.sharesEmail(state);
    if (shares !== undefined) return shares;
    yield { kind: 'readSharedEmail', row: state };
  }
}

/** Rows 12 and 13. A person created from a gone row prevents a creation from an older, living state. */
function* unborn(known: Known, personId: string, state: Row): Deciding {
  if (isGone(state)) return { kind: 'create', personId, row: state, rule: '13' };
  const fresh = yield* freshRow(known, state);
  if (fresh === null) return { kind: 'nothing', personId: null, rule: '12' };
  return { kind: 'create', personId, row: fresh, rule: isGone(fresh) ? '13' : '12' };
}

/** Rows 14 to 16. */
function* left(known: Known, leaver: Standing, state: Row): Deciding {
  if (isGone(state)) return yield* leftAndGone(known, leaver, state);
  const fresh = yield* freshRow(known, state);
  if (fresh === null) return { kind: 'nothing', personId: null, rule: '16' };
  return isGone(fresh) ? yield* leftAndGone(known, leaver, fresh) : yield* newLife(known, fresh);
}

function* leftAndGone(known: Known, leaver: Standing, state: Row): Deciding {
  const goneAt = (yield* itemOf(known, personIdOfRow(state.id)))?.goneAt ?? '';
  const isNew = state.systemModstamp > goneAt && state.systemModstamp > (leaver.left[state.id] ?? '');
  return isNew ? { kind: 'noteGone', row: state, rule: '14' } : { kind: 'nothing', personId: null, rule: '15' };
}

/** The row can no longer be read: gone for good, or invisible to the sync user. Only a holder is changed. */
function* unreadable(known: Known, question: RowQuestion, hold: Exclude<Hold, { kind: 'unjoined' }>): Deciding {
  if (hold.kind !== 'held') return { kind: 'nothing', personId: null, rule: '5' };
  const { personId, salesforce, erased } = hold.survivor;
  if (erased) return { kind: 'nothing', personId, rule: '2' };
  if (hasSuccessor(hold.survivor)) return yield* follow(known, question, hold.survivor, '4');
  if (salesforce === null || salesforce.isDeleted) return { kind: 'nothing', personId, rule: '5' };
  if (question.recordIsGone !== true) return parkUnreadable(known, personId, salesforce, '5');
  return { kind: 'merge', personId, row: null, keepsNewborn: false, rule: '3' };
}
