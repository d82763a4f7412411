import type { Conflict, Rejection } from '../../person/activity.ts';
import type { Person } from '../../person/person.ts';
import type { Row, RowName, SalesforceType } from '../../person/row.ts';
import type { AssignTo } from '../assign-to.ts';
import type { Context } from '../context/context.ts';
import { answerQuestion } from '../rows/answer-questions.ts';
import type { Asking, Manner } from '../rows/asking.ts';
import { holdersOf } from '../rows/holders.ts';
import type { FoundRow } from '../rows/known.ts';

export type SyncOutcome =
  | {
      readonly kind: 'synced';
      readonly outcome: 'created' | 'linked' | 'updated' | 'unchanged';
      readonly person: Person;
      readonly pushed: readonly string[];
      readonly pulled: readonly string[];
      readonly conflicts: readonly Conflict[];
    }
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly person: Person }
  | { readonly kind: 'notFound' }
  /** The person became a part of this one. */
  | { readonly kind: 'mergedAway'; readonly personId: string }
  | { readonly kind: 'deletedHere'; readonly at: string }
  /** Another push of this person is under way, or may still be. */
  | { readonly kind: 'busy' }
  /** Salesforce lets no queue own a Contact. Nothing was sent. */
  | { readonly kind: 'contactNotAssignable' }
  /** The person's record may live out of the sync user's sight: no other Lead is made. */
  | { readonly kind: 'recordNotVisible'; readonly record: RowName }
  | { readonly kind: 'ambiguousMatch'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'limit' };

/** A row that could be this person's. */
export interface Candidate {
  readonly type: SalesforceType;
  readonly id: string;
  /** Whose it is, where it is another's. */
  readonly personId?: string;
}

/** A sync of one person on its way, under the person's lease. */
export interface PersonSync extends Context {
  readonly assignTo: AssignTo;
  /** The caller confirms that the person's record, where it cannot be read, is gone. */
  readonly recordIsGone: boolean;
  /** An earlier push of this person was never answered: its row is read before anything is sent. */
  readonly afterLostPush: boolean;
}

/** What a step came to: the person goes on to the next one, under its lease, or the sync is over. */
export type SyncStep =
  | {
      readonly kind: 'goOn';
      readonly linked: boolean;
      readonly person: Person;
      readonly pulled: readonly string[];
      readonly conflicts: readonly Conflict[];
    }
  | { readonly kind: 'over'; readonly outcome: SyncOutcome };

export function over(outcome: SyncOutcome): { readonly kind: 'over'; readonly outcome: SyncOutcome } {
  return { kind: 'over', outcome };
}

/** What is already known of the row that a person is to get. */
export interface Attaching {
  readonly found?: FoundRow;
  /** The person's Lead, which was converted. */
  readonly converted?: Row;
}

/** Asks the table, under the person's lease, for a row of the person. */
export function askToAttach(
  sync: PersonSync,
  { personId, lease }: Person,
  { found, converted }: Attaching,
  stopsAt: NonNullable<Manner['stopsAt']>,
): Promise<Asking> {
  const lead = converted === undefined ? {} : { converted };
  const { recordIsGone } = sync;
  const question = {
    kind: 'person',
    personId,
    readsOwn: false,
    attaches: true,
    told: false,
    recordIsGone,
    ...lead,
  } as const;
  return answerQuestion(sync, question, {
    found,
    stopsAt,
    ...(lease !== null && { token: lease.owner }),
  });
}

/** The rows by name, each with whose it is where it is another's. */
export async function candidatesOf(
  { persons }: { readonly persons: Pick<PersonSync['ports']['persons'], 'items'> },
  person: Pick<Person, 'personId'>,
  rows: readonly RowName[],
): Promise<Candidate[]> {
  const holders = await holdersOf(
    persons,
    rows.map(({ id }) => id),
  );
  return rows.map(({ type, id }) => {
    const holder = holders.get(id);
    const isAnothers = holder !== undefined && holder.personId !== person.personId;
    return isAnothers ? { type, id, personId: holder.personId } : { type, id };
  });
}
