import { personIdOfRow } from '../../person/person.ts';
import type { Row } from '../../person/row.ts';
import { isGone, isPerson, type Standing, takesGivenRow } from '../../person/standing.ts';
import { freshRow, itemOf } from './authority.ts';
import type { Decided, Deciding, Known, Rule } from './known.ts';

/**
 * Row 1, and J2 wherever a half-done join is met. The survivor's own living row is read first: what Salesforce kept in
 * a merge counts as the survivor's own value.
 */
export function* absorb(known: Known, loser: Standing, survivor: Standing, rule: Rule = '1'): Deciding {
  if (survivor.erased && !loser.erased) return { kind: 'clear', personId: loser.personId, rule };
  const own = yield* newsOfOwnRow(known, survivor);
  // Whether the survivor takes over the loser's row is decided once it is stored that the survivor's own row is gone.
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

/** The person's own living row as it is now, where that says something new. */
function* newsOfOwnRow(known: Known, person: Standing): Deciding<Row | undefined> {
  const { salesforce } = person;
  if (salesforce === null || isGone(salesforce)) return undefined;
  const own = yield* freshRow(known, salesforce);
  return own !== null && isNews(known, person, own) ? own : undefined;
}

function mergeOwn({ personId }: Standing, row: Row, rule: Rule): Decided {
  return { kind: 'merge', personId, row, keepsNewborn: false, rule };
}

/** Whether a state just read, of the person's own row, says something that the person does not know. */
export function isNews(known: Known, { personId, salesforce }: Standing, row: Row): boolean {
  const stamp = salesforce?.systemModstamp ?? '';
  return row.systemModstamp > stamp || (row.systemModstamp === stamp && known.differs(personId, row));
}

/** Row 16: another person for a living row that the one before has left. The state must have been read just now. */
export function* newLife(known: Known, fresh: Row, rule: Rule = '16'): Deciding {
  const authorityId = personIdOfRow(fresh.id);
  const authority = yield* itemOf(known, authorityId);
  if (!isPerson(authority)) return { kind: 'create', personId: authorityId, row: fresh, rule };
  // No other life of the row was named at this revision, so that the id is new.
  return { kind: 'claim', rowId: fresh.id, personId: `${authorityId}-${authority.revision}`, rule };
}
