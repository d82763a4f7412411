import { personIdOfRow } from '../../person/person.ts';
import type { Row } from '../../person/row.ts';
import { heldRow, isGone, type Standing } from '../../person/standing.ts';
import { chainOf, freshRow, holdOf, itemOf } from './authority.ts';
import { absorb, follow, hasSuccessor, isNews, parkUnreadable, type QuestionSource } from './claim-table.ts';
import type { Decided, Deciding, FoundRow, Known } from './known.ts';

/** Brings a person to the present row: finishes a half-done join, follows a successor. */
export interface PersonQuestion extends QuestionSource {
  readonly kind: 'person';
  readonly personId: string;
  /** Reads the person's own row even if known to live. */
  readonly readsOwn: boolean;
  /** Gives a person without a living row a row: the rest of table C. */
  readonly attaches: boolean;
  /** Treats an unreadable row as gone: confirmed by a user. */
  readonly recordIsGone?: boolean | undefined;
  /** A Lead created for the person and converted since: the successor belongs to the person. */
  readonly converted?: Row;
}

/** Table C up to the push or the creation of a Lead. */
export function* decidePerson(known: Known, question: PersonQuestion): Deciding {
  const chain = yield* chainOf(known, question.personId);
  if (chain === null) return { kind: 'notFound', rule: 'C1' };
  const { survivor, unjoined } = chain;
  if (unjoined !== undefined) return yield* absorb(known, unjoined, survivor, 'C1');
  const { personId, erased, deletedHere } = survivor;
  if (erased || (question.attaches && deletedHere !== null)) return { kind: 'deletedHere', personId, rule: 'C1' };
  const own = yield* withRow(known, question, survivor);
  if (own !== undefined) return own;
  if (!question.attaches) return { kind: 'nothing', personId, rule: 'C3' };
  if (question.converted !== undefined) {
    const lead = heldRow(question.converted);
    return yield* follow(known, question, { ...survivor, salesforce: lead }, 'C8');
  }
  return yield* attach(known, survivor, yield* findFor(known, personId));
}

/** Rows C1 to C3; undefined where the person holds no living row and the own row has no successor. */
function* withRow(known: Known, question: PersonQuestion, person: Standing): Deciding<Decided | undefined> {
  const { personId, salesforce } = person;
  if (salesforce === null) return undefined;
  const { readsOwn, attaches, recordIsGone = false } = question;
  if (!isGone(salesforce)) {
    const news = readsOwn ? yield* ownRow(known, person, recordIsGone) : undefined;
    return news ?? { kind: attaches ? 'push' : 'nothing', personId, rule: 'C1' };
  }
  if (!hasSuccessor(person)) return readsOwn || attaches ? yield* ownRow(known, person, true) : undefined;
  const next = yield* follow(known, question, person, 'C2');
  return attaches && isUnfollowed(next, personId, recordIsGone) ? undefined : next;
}

/** A successor not to be followed: the sync continues as for a row gone for good. */
function isUnfollowed(next: Decided, personId: string, recordIsGone: boolean): boolean {
  return next.kind === 'notVisible' ? recordIsGone : next.kind === 'nothing' && next.personId === personId;
}

/**
 * Row C3: merges a new state of the person's own row; undefined without a new state. `isKnownGone`: an unreadable row
 * is gone for good.
 */
function* ownRow(known: Known, person: Standing, isKnownGone: boolean): Deciding<Decided | undefined> {
  const { personId, salesforce } = person;
  if (salesforce === null) return undefined;
  const own = yield* freshRow(known, salesforce);
  if (own === null && !isKnownGone) return parkUnreadable(known, personId, salesforce, 'C3');
  const isNew = own === null ? !isGone(salesforce) : isNews(known, person, own);
  return isNew ? { kind: 'merge', personId, row: own, keepsNewborn: false, rule: 'C3' } : undefined;
}

function* findFor(known: Known, personId: string): Deciding<FoundRow> {
  for (;;) {
    const found = known.found();
    if (found !== undefined) return found;
    yield { kind: 'find', personId };
  }
}

/** Rows C4 to C8. */
function* attach(known: Known, person: Standing, found: FoundRow): Deciding {
  const { personId } = person;
  if (found.kind === 'none') return { kind: 'insert', personId, rule: 'C8' };
  if (found.kind === 'several') return { kind: 'ambiguous', personId, rows: found.rows, rule: 'C4' };
  return yield* attachTo(known, person, found.row);
}

function* attachTo(known: Known, person: Standing, found: Row): Deciding {
  const hold = yield* holdOf(known, found.id);
  const { personId } = person;
  switch (hold.kind) {
    case 'unjoined':
      return yield* absorb(known, hold.loser, hold.survivor, 'C4');
    case 'free':
      return yield* claimFor(known, person, found);
    case 'unborn':
      return heldByOther(personId, found);
    case 'held':
    case 'left':
    case 'claimed':
      if (hold.survivor.personId === personId) return ownedBy(person, found, hold.kind);
      if (hold.kind === 'left') return yield* claimLeft(known, person, found);
      if (hold.kind === 'claimed') return { kind: 'wait', rule: 'C7' };
      return hold.survivor.erased ? yield* claimErased(known, person, found) : heldByOther(personId, found);
  }
}

function ownedBy(person: Standing, found: Row, how: 'held' | 'left' | 'claimed'): Decided {
  const { personId } = person;
  if (how === 'claimed') return takeFound(person, found);
  return how === 'held' ? { kind: 'push', personId, rule: 'C1' } : heldByOther(personId, found);
}

/** Row C7: an equal email alone neither moves a row nor joins two persons. */
function heldByOther(personId: string, found: Row): Decided {
  return { kind: 'ambiguous', personId, rows: [found], rule: 'C7' };
}

/** Row C5. A deletion after the search shows in the authority's stamp, or makes the write fail. */
function* claimFor(known: Known, { personId }: Standing, found: Row): Deciding {
  const goneAt = (yield* itemOf(known, personIdOfRow(found.id)))?.goneAt ?? '';
  if (isGone(found) || found.systemModstamp <= goneAt) return { kind: 'wait', rule: 'C5' };
  return { kind: 'claim', rowId: found.id, personId, rule: 'C5' };
}

/**
 * Row C5 for a row left by the person. The person may have left the row because of a deletion after the search, without
 * a stamp in the authority: the row is read again.
 */
function* claimLeft(known: Known, person: Standing, found: Row): Deciding {
  const row = yield* freshRow(known, found);
  return row === null ? { kind: 'wait', rule: 'C5' } : yield* claimFor(known, person, row);
}

/** Row C6. */
function takeFound({ personId }: Standing, found: Row): Decided {
  return { kind: 'take', personId, row: found, succeeds: false, rule: 'C6' };
}

/**
 * Row C7a: an erased person's row is free for a new person with the same email. Until the take the row has no holder,
 * so a message delayed longer than any manual sync is enqueued first.
 */
function* claimErased(known: Known, { personId }: Standing, found: Row): Deciding {
  if (!known.sent(found.id)) return { kind: 'send', personId, row: found, rule: 'C7a' };
  const row = yield* freshRow(known, found);
  if (row === null || isGone(row)) return { kind: 'wait', rule: 'C7a' };
  return { kind: 'claim', rowId: row.id, personId, rule: 'C7a' };
}
