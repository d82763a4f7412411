import type { Conflict, Rejection } from '../../person/activity.ts';
import type { Person } from '../../person/person.ts';
import type { RowName, SalesforceType } from '../../person/row.ts';
import type { AssignTo } from '../assign-to.ts';
import type { Context } from '../context/context.ts';

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
