import type { Conflict, Rejection } from '../../person/activity.ts';
import type { Person } from '../../person/person.ts';
import type { Row, RowName, SalesforceType } from '../../person/row.ts';
import type { AssignTo } from '../assign-to.ts';
import type { Context } from '../context/context.ts';
import type { Leasing } from '../push/push-lease.ts';
import { answerQuestion } from '../rows/answer-questions.ts';
import { holdersOf } from '../rows/holders.ts';
import type { FoundRow } from '../rows/known.ts';
import type { AskOptions, QuestionRun } from '../rows/question-run.ts';

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
  /** The person was joined into the person `personId`. */
  | { readonly kind: 'mergedAway'; readonly personId: string }
  | { readonly kind: 'deletedHere'; readonly at: string }
  /** A different push of the person is or may be in progress. */
  | { readonly kind: 'busy' }
  /** Salesforce does not allow a queue as the owner of a Contact. Nothing was sent. */
  | { readonly kind: 'contactNotAssignable' }
  /** The person's record may be invisible to the sync user: no second Lead is created. */
  | { readonly kind: 'recordNotVisible'; readonly record: RowName }
  | { readonly kind: 'ambiguousMatch'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'limit' };

/** A row matching the person. */
export interface Candidate {
  readonly type: SalesforceType;
  readonly id: string;
  /** The holder, if a different person. */
  readonly personId?: string;
}

/** A sync of one person in progress, under the person's lease. */
export interface PersonSync extends Context {
  readonly assignTo: AssignTo;
  /** The caller confirms that an unreadable record is gone. */
  readonly recordIsGone: boolean;
  /** An earlier push of the person got no answer: the row is read before anything is sent. */
  readonly afterLostPush: boolean;
}

/** The result of a step: the person continues under the lease, or the sync is over. */
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

/** The end of a sync that could not record the values to send in the lease. */
export function endWithoutLease(
  leasing: Exclude<Leasing, { kind: 'taken' }>,
): Extract<SyncOutcome, { kind: 'busy' | 'rejected' }> {
  if (leasing.kind === 'notOurs') return { kind: 'busy' };
  const { person, rejection } = leasing;
  return { kind: 'rejected', rejection, person };
}

/** Facts already known about the row to be attached. */
export interface Attaching {
  readonly found?: FoundRow;
  /** The person's Lead, converted since. */
  readonly converted?: Row;
}

/** Asks the table, under the person's lease, for a row of the person. */
export function askToAttach(
  sync: PersonSync,
  { personId, lease }: Person,
  { found, converted }: Attaching,
  stopsAt: NonNullable<AskOptions['stopsAt']>,
): Promise<QuestionRun> {
  const lead = converted === undefined ? {} : { converted };
  const { recordIsGone } = sync;
  const question = {
    kind: 'person',
    personId,
    readsOwn: false,
    attaches: true,
    hasMessage: false,
    recordIsGone,
    ...lead,
  } as const;
  return answerQuestion(sync, question, {
    found,
    stopsAt,
    ...(lease !== null && { token: lease.owner }),
  });
}

/** The rows by name, with the holder where held by a different person. */
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
    const isHeldByOther = holder !== undefined && holder.personId !== person.personId;
    return isHeldByOther ? { type, id, personId: holder.personId } : { type, id };
  });
}
