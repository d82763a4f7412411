import { personIdOfRow } from '../../person/person.ts';
import type { RowName } from '../../person/row.ts';
import { isGone, type Standing } from '../../person/standing.ts';
import { chainOf, freshRow, holdOf, itemOf } from './authority.ts';
import { follow, hasSuccessor, type Way } from './claim-table.ts';
import { absorb, isNews } from './join-table.ts';
import type { Decided, Deciding, FoundRow, Known } from './known.ts';

/** A person that is to be brought to where its row is now. */
export interface PersonQuestion extends Way {
  readonly kind: 'person';
  readonly personId: string;
  /**
   * `join`: finishes a half-done join, and follows the successor of the person's row. `read`: the same, and reads the
   * person's own row. `attach`: table C as a whole, for a sync of this person.
   */
  readonly goal: 'join' | 'read' | 'attach';
}

/** Table C up to the push or the creation of a Lead. */
export function* decidePerson(known: Known, question: PersonQuestion): Deciding {
  const chain = yield* chainOf(known, question.personId);
  if (chain === null) return { kind: 'notFound', rule: 'C1' };
  const { survivor, unjoined } = chain;
  if (unjoined !== undefined) return yield* absorb(known, unjoined, survivor, 'C1');
  const { personId, salesforce, erased, deletedHere } = survivor;
  if (erased) return { kind: 'deletedHere', personId, rule: 'C1' };
  if (question.goal === 'attach' && deletedHere !== null) return { kind: 'deletedHere', personId, rule: 'C1' };
  if (salesforce !== null) {
    const own = yield* withRow(known, question, survivor);
    if (own !== undefined) return own;
  }
  if (question.goal !== 'attach') return { kind: 'nothing', personId, rule: 'C3' };
  return yield* attach(known, survivor, yield* findFor(known, personId));
}

/** Rows C1 to C3; undefined where the person holds no living row, and nothing took the place of its own. */
function* withRow(known: Known, question: PersonQuestion, person: Standing): Deciding<Decided | undefined> {
  const { personId, salesforce } = person;
  const { goal } = question;
  if (salesforce !== null && !isGone(salesforce) && goal !== 'read') {
    return { kind: goal === 'attach' ? 'push' : 'nothing', personId, rule: 'C1' };
  }
  if (!hasSuccessor(person))
    return goal === 'join' ? { kind: 'nothing', personId, rule: 'C3' } : yield* ownRow(known, person);
  const next = yield* follow(known, question, person, 'C2');
  // A successor that cannot be followed: a sync goes on as with a row that is gone for good.
  return next.kind === 'nothing' && next.personId === personId && goal === 'attach' ? undefined : next;
}

/** Row C3: the person's own row as it is now. */
function* ownRow(known: Known, person: Standing): Deciding<Decided | undefined> {
  const { personId, salesforce } = person;
  if (salesforce === null) return undefined;
  const isAlive = !isGone(salesforce);
  const own = yield* freshRow(known, salesforce);
  const isNew = own === null ? isAlive : isNews(known, person, own);
  if (isNew) return { kind: 'merge', personId, row: own, keepsNewborn: false, rule: 'C3' };
  return isAlive ? { kind: 'nothing', personId, rule: 'C3' } : undefined;
}

function* findFor(known: Known, personId: string): Deciding<FoundRow> {
  for (;;) {
    if (known.found !== undefined) return known.found;
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

function* attachTo(known: Known, person: Standing, name: RowName): Deciding {
  const hold = yield* holdOf(known, name.id);
  const { personId } = person;
  switch (hold.kind) {
    case 'unjoined':
      return yield* absorb(known, hold.loser, hold.survivor, 'C4');
    case 'free':
      return yield* claimFor(known, person, name);
    case 'unborn':
      return anothers(personId, name);
    case 'held':
    case 'left':
    case 'claimed':
      if (hold.survivor.personId === personId) return yield* ownedBy(known, person, name, hold.kind);
      if (hold.kind === 'left') return yield* claimFor(known, person, name);
      if (hold.kind === 'claimed') return { kind: 'wait', rule: 'C7' };
      return hold.survivor.erased ? yield* renounceErased(known, hold, name) : anothers(personId, name);
  }
}

function* ownedBy(known: Known, person: Standing, name: RowName, how: 'held' | 'left' | 'claimed'): Deciding {
  const { personId } = person;
  if (how === 'claimed') return yield* takeFound(known, person, name);
  return how === 'held' ? { kind: 'push', personId, rule: 'C1' } : anothers(personId, name);
}

/** Row C7: no row is stolen, and no two persons are joined on the strength of an email. */
function anothers(personId: string, name: RowName): Decided {
  return { kind: 'ambiguous', personId, rows: [name], rule: 'C7' };
}

/** Row C5. */
function* claimFor(known: Known, { personId }: Standing, name: RowName): Deciding {
  const row = yield* freshRow(known, name);
  const goneAt = (yield* itemOf(known, personIdOfRow(name.id)))?.goneAt ?? '';
  if (row === null || isGone(row) || row.systemModstamp <= goneAt) return { kind: 'wait', rule: 'C5' };
  return { kind: 'claim', rowId: name.id, personId, rule: 'C5' };
}

/** Row C6. */
function* takeFound(known: Known, { personId }: Standing, name: RowName): Deciding {
  const row = yield* freshRow(known, name);
  if (row === null || isGone(row)) return { kind: 'wait', rule: 'C6' };
  return { kind: 'take', personId, row, succeeds: false, rule: 'C6' };
}

/** Row C7a. */
function* renounceErased(known: Known, { survivor }: { readonly survivor: Standing }, name: RowName): Deciding {
  const row = yield* freshRow(known, name);
  if (row === null || isGone(row)) return { kind: 'wait', rule: 'C7a' };
  return { kind: 'renounce', personId: survivor.personId, row, rule: 'C7a' };
}
