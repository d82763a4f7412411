import { personIdOfRow } from '../../person/person.ts';
import { type Row, type RowName, successorOf } from '../../person/row.ts';
import { isGone, isPerson, type Standing, takesGivenRow } from '../../person/standing.ts';
import { freshRow, type Hold, holdOf, itemOf } from './authority.ts';
import type { Decided, Deciding, Known, Rule } from './known.ts';

/** Rows 17 to 24: the authority names a person without the row in `salesforce` or `left`. */
export function* claimed(known: Known, source: QuestionSource, claimer: Standing, state: Row): Deciding {
  const { personId, salesforce, erased } = claimer;
  const renounce = (rule: Rule): Decided => ({ kind: 'renounce', personId, row: state, rule });
  // An erased person takes only the successor of the own row, so that no conversion recreates the person.
  if (erased && !hasSuccessor(claimer)) return renounce('24');
  if (salesforce === null) {
    return isGone(state) ? renounce('18') : { kind: 'take', personId, row: state, succeeds: false, rule: '17' };
  }
  if (!isGone(salesforce)) return (yield* readOwnFirst(known, claimer, '19')) ?? renounce('19');
  const { successor } = salesforce;
  if (successor !== undefined && successor.id !== state.id) return yield* follow(known, source, claimer, '21');
  const fresh = yield* freshRow(known, state);
  if (fresh === null) return { kind: 'nothing', personId, rule: '23' };
  if (successor !== undefined) return { kind: 'take', personId, row: fresh, succeeds: true, rule: '20' };
  return isGone(fresh) ? renounce('23') : { kind: 'take', personId, row: fresh, succeeds: false, rule: '22' };
}

/** How the question was started. */
export interface QuestionSource {
  /** Whether a queue message repeats the question until success. */
  readonly hasMessage: boolean;
}

/** Parks a person with an unreadable living row; a person already parked stays unchanged. */
export function parkUnreadable(known: Known, personId: string, { type, id }: RowName, rule: Rule): Decided {
  const kind = known.isUnseen(personId) ? 'notVisible' : 'parkUnseen';
  return { kind, personId, row: { type, id }, rule };
}

/** Maximum length of a chain of successors. */
const MAX_SUCCESSORS = 12;

export function hasSuccessor({ salesforce }: Standing): boolean {
  return salesforce !== null && isGone(salesforce) && salesforce.successor !== undefined;
}

/**
 * Table B: the person's row is gone and has a successor. Reads the person's own row first, then for every successor the
 * authority and the row, up to the last successor. `rule`: the table row of the caller.
 */
export function* follow(known: Known, source: QuestionSource, follower: Standing, rule: Rule): Deciding {
  const { personId, salesforce } = follower;
  const nothing: Decided = { kind: 'nothing', personId, rule };
  if (salesforce === null) return nothing;
  const own = yield* freshRow(known, salesforce);
  if (own !== null && own.systemModstamp > salesforce.systemModstamp) {
    return { kind: 'merge', personId, row: own, keepsNewborn: false, rule };
  }
  let next = salesforce.successor;
  const passed: Successor[] = [];
  for (let hop = 0; next !== undefined && hop < MAX_SUCCESSORS; hop += 1) {
    const hold = yield* holdOf(known, next.id);
    const row: Row | null = yield* freshRow(known, next);
    if (row === null) return beforeUnreadable(known, source, { follower, passed, end: { hold, name: next } }, rule);
    passed.push({ hold, row });
    const after = successorOf(row);
    if (after === null) return yield* atLastSuccessor(known, source, { follower, hold, row });
    // Merged, undeleted and merged back during the reads.
    if (after.id === salesforce.id) return { kind: 'wait', rule };
    next = after;
  }
  return { kind: 'wait', rule };
}

/**
 * The last successor cannot be read. The holder of a row on the path reaches no further than the follower, so the two
 * become one person. Claims of rows without a holder make a later reader of such a row continue for the follower.
 */
function beforeUnreadable(
  known: Known,
  source: QuestionSource,
  { follower, passed, end }: PathToUnreadable,
  rule: Rule,
): Decided {
  const { personId } = follower;
  for (const { hold, row } of passed.toReversed()) {
    if (hold.kind === 'held' && hold.survivor.personId !== personId) {
      return join(known, source, { follower, holder: hold.survivor, row });
    }
  }
  const free = [...passed.map(({ hold, row }) => ({ hold, name: row })), end].find(({ hold }) => hold.kind === 'free');
  return free === undefined
    ? { kind: 'notVisible', personId, row: end.name, rule }
    : { kind: 'claim', rowId: free.name.id, personId, rule: 'B2' };
}

/** A readable successor and the holder. */
interface Successor {
  readonly hold: Hold;
  readonly row: Row;
}

interface PathToUnreadable {
  readonly follower: Standing;
  readonly passed: readonly Successor[];
  readonly end: { readonly hold: Hold; readonly name: RowName };
}

/** The last successor: present state and holder. */
interface LastSuccessor {
  readonly follower: Standing;
  readonly hold: Hold;
  readonly row: Row;
}

/** Rows B1 to B9. */
function* atLastSuccessor(known: Known, source: QuestionSource, { follower, hold, row }: LastSuccessor): Deciding {
  const { personId } = follower;
  const claim: Decided = { kind: 'claim', rowId: row.id, personId, rule: 'B2' };
  switch (hold.kind) {
    case 'unjoined':
      return yield* absorb(known, hold.loser, hold.survivor, 'B1');
    case 'free':
      return claim;
    case 'unborn':
      return { kind: 'create', personId: hold.personId, row, rule: 'B5' };
    case 'left':
      if (hold.survivor.personId !== personId) return claim;
      if (isGone(row) || follower.erased) return { kind: 'nothing', personId, rule: 'B6' };
      return yield* newLife(known, row, 'B6');
    case 'claimed':
      if (hold.survivor.personId === personId) return { kind: 'take', personId, row, succeeds: true, rule: 'B3' };
      return yield* claimedByAnother(known, source, hold.survivor, row);
    case 'held':
      if (hold.survivor.personId === personId) return { kind: 'nothing', personId, rule: 'B9' };
      return join(known, source, { follower, holder: hold.survivor, row });
  }
}

/** Row B4. */
function* claimedByAnother(known: Known, source: QuestionSource, claimer: Standing, row: Row): Deciding {
  const { personId, salesforce } = claimer;
  const areBothGone = salesforce !== null && isGone(salesforce) && isGone(row);
  return areBothGone ? { kind: 'nothing', personId, rule: 'B4' } : yield* claimed(known, source, claimer, row);
}

/**
 * Rows B7 to B9. The direction of the join depends only on whether the successor's holder is newborn. A person never
 * becomes newborn again, so two workers cannot join in opposite directions. The successor is merged first, because a
 * holder still linked to a gone row would be followed back. A newborn holder of a living row gives the row away: the
 * absorption merges the row.
 */
function join(
  known: Known,
  { hasMessage }: QuestionSource,
  { follower, holder, row }: { readonly follower: Standing; readonly holder: Standing; readonly row: Row },
): Decided {
  const { personId, erased } = follower;
  // Other rows created from the erased person's row belong to a different person.
  if (erased && !holder.newborn) return { kind: 'nothing', personId, rule: 'B9' };
  // A merge in Salesforce erases no person.
  if (holder.erased) return { kind: 'bury', personId, rule: 'B9' };
  const gives = holder.newborn;
  const isMergedLater = gives && holder.salesforce !== null && !isGone(holder.salesforce);
  if (!isMergedLater && isNews(known, holder, row)) {
    return { kind: 'merge', personId: holder.personId, row, keepsNewborn: holder.newborn, rule: 'B7' };
  }
  const [loser, into] = gives ? [holder, follower] : [follower, holder];
  const rule = gives ? 'B8' : 'B9';
  // No queued message will retry the join, so enqueue one before the first write.
  if (!hasMessage && !known.sent(loser.personId)) return { kind: 'send', personId: loser.personId, rule };
  return { kind: 'freeze', loser: loser.personId, into: into.personId, gives, gone: null, rule };
}

/**
 * Row 1, and J2 for every half-done join. Reads the survivor's own living row first: values kept by a merge in
 * Salesforce count as the survivor's own.
 */
export function* absorb(known: Known, loser: Standing, survivor: Standing, rule: Rule = '1'): Deciding {
  if (survivor.erased && !loser.erased) return { kind: 'clear', personId: loser.personId, rule };
  const own = yield* newsOfOwnRow(known, survivor);
  // The survivor's own row is gone: store the gone state before deciding whether the survivor takes over the loser's
  // row.
  if (own !== undefined && isGone(own)) return mergeOwn(survivor, own, rule);
  const takes = takesGivenRow(survivor, loser);
  const row = takes && loser.salesforce !== null ? yield* freshRow(known, loser.salesforce) : (own ?? null);
  return { kind: 'absorb', loser: loser.personId, survivor: survivor.personId, row, rule };
}

/** Merges a newer state of the person's own living row first: the row may be gone by now. */
export function* readOwnFirst(known: Known, person: Standing, rule: Rule): Deciding<Decided | undefined> {
  const own = yield* newsOfOwnRow(known, person);
  return own && mergeOwn(person, own, rule);
}

/** The present state of the person's own living row, if not yet merged. */
function* newsOfOwnRow(known: Known, person: Standing): Deciding<Row | undefined> {
  const { salesforce } = person;
  if (salesforce === null || isGone(salesforce)) return undefined;
  const own = yield* freshRow(known, salesforce);
  return own !== null && isNews(known, person, own) ? own : undefined;
}

function mergeOwn({ personId }: Standing, row: Row, rule: Rule): Decided {
  return { kind: 'merge', personId, row, keepsNewborn: false, rule };
}

/** Whether a state just read of the person's own row differs from the stored person. */
export function isNews(known: Known, { personId, salesforce }: Standing, row: Row): boolean {
  const stamp = salesforce?.systemModstamp ?? '';
  return row.systemModstamp > stamp || (row.systemModstamp === stamp && known.differs(personId, row));
}

/** Row 16: a new person for a living row left by the previous person. `fresh` must have been read just now. */
export function* newLife(known: Known, fresh: Row, rule: Rule = '16'): Deciding {
  const authorityId = personIdOfRow(fresh.id);
  const authority = yield* itemOf(known, authorityId);
  if (!isPerson(authority)) return { kind: 'create', personId: authorityId, row: fresh, rule };
  // The revision makes the id unique: every new life of the row changes the authority.
  return { kind: 'claim', rowId: fresh.id, personId: `${authorityId}-${authority.revision}`, rule };
}
