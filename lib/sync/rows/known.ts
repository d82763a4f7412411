import type { Row, RowName } from '../../person/row.ts';
import type { Item } from '../../person/standing.ts';

/**
 * What one worker has read so far for one question. `undefined` means "not read yet", null means "read, and there is
 * none". A row is read after the items on which its use depends, and is forgotten with the worker's next write.
 */
export interface Known {
  readonly items: { get(personId: string): Item | null | undefined };
  readonly rows: { get(rowId: string): Row | null | undefined };
  /** Whether a row with base's own stamp says something else than base. */
  readonly differs: (personId: string, row: Row) => boolean;
  readonly isLeased: (personId: string) => boolean;
  /** Whether the person is parked because its row could not be read. */
  readonly isUnseen: (personId: string) => boolean;
  /** The person, made here and never in Salesforce, that claimed the row's email. */
  readonly claimant: (row: Row) => string | null | undefined;
  /** Whether Salesforce has other Leads or Contacts with the row's email. */
  readonly sharesEmail: (row: Row) => boolean | undefined;
  /** What Salesforce was found to hold for a person without a living row. */
  readonly found: () => FoundRow | undefined;
  /** Whether a message about this person, or this row, was sent (M0). */
  readonly sent: (id: string) => boolean;
}

export type FoundRow =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly row: Row }
  | { readonly kind: 'several'; readonly rows: readonly Row[] };

/** A read that the next step depends on. */
export type Read =
  | { readonly kind: 'readItems'; readonly ids: readonly string[] }
  /** The row as Salesforce holds it now. */
  | { readonly kind: 'readRow'; readonly name: RowName }
  | { readonly kind: 'readClaimant'; readonly row: Row }
  | { readonly kind: 'readSharedEmail'; readonly row: Row }
  | { readonly kind: 'find'; readonly personId: string };

/** One conditional write of one item, or one message. After it, the question is asked again. */
export type Step =
  /**
   * The survivor takes over a frozen person. `row`: a newer state of the survivor's own row, or that person's row as it
   * is now, where the survivor takes that row.
   */
  | { readonly kind: 'absorb'; readonly loser: string; readonly survivor: string; readonly row: Row | null }
  /** The person's row became a part of an erased person's: the person is deleted here, and has no row any more. */
  | { readonly kind: 'bury'; readonly personId: string }
  /** A frozen person loses its values, because its survivor was erased. */
  | { readonly kind: 'clear'; readonly personId: string }
  /** The state of the person's own row; null: the row is gone for good. */
  | { readonly kind: 'merge'; readonly personId: string; readonly row: Row | null; readonly keepsNewborn: boolean }
  /** The person's own row cannot be read, and nothing shows that it is deleted: the person is parked and says so. */
  | { readonly kind: 'parkUnseen'; readonly personId: string; readonly row: RowName }
  /** The authority names the person that may take the row, or that is to be made of it. */
  | { readonly kind: 'claim'; readonly rowId: string; readonly personId: string }
  | { readonly kind: 'noteGone'; readonly row: Row }
  | { readonly kind: 'create'; readonly personId: string; readonly row: Row }
  /** `succeeds`: the row took the place of the person's own. */
  | { readonly kind: 'take'; readonly personId: string; readonly row: Row; readonly succeeds: boolean }
  | { readonly kind: 'renounce'; readonly personId: string; readonly row: Row }
  /** `gone`: the state of the loser's own row, stored in the same write. */
  | {
      readonly kind: 'freeze';
      readonly loser: string;
      readonly into: string;
      readonly gives: boolean;
      readonly gone: Row | null;
    }
  /** `row`: the message is about this row, and comes later than a sync by hand can last. */
  | { readonly kind: 'send'; readonly personId: string; readonly row?: RowName };

/** The question is answered: nothing is left to be done here and now. */
export type End =
  /** `personId`: the person that the question led to, where there is one. */
  | { readonly kind: 'nothing'; readonly personId: string | null }
  /** Somebody else is about to decide it: the message comes again. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'deletedHere'; readonly personId: string }
  /** The person's row, or the row that took its place, cannot be read: it may live out of the sync user's sight. */
  | { readonly kind: 'notVisible'; readonly personId: string; readonly row: RowName }
  /** The person holds a living row. */
  | { readonly kind: 'push'; readonly personId: string }
  /** Nothing in Salesforce is this person: its Lead is to be created under its key. */
  | { readonly kind: 'insert'; readonly personId: string }
  /** What was found is another person's, or could be several rows. */
  | { readonly kind: 'ambiguous'; readonly personId: string; readonly rows: readonly RowName[] };

/** The row of the specification's table by which a step or an end was decided. */
// biome-ignore format: one line for each table
export const RULES = [
  '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21', '22', '23', '24',
  'B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7', 'B8', 'B9',
  'C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C7a', 'C8',
] as const;

export type Rule = (typeof RULES)[number];

export type Decided = (Step | End) & { readonly rule: Rule };

/** A decision in the making: it yields what must be read first. */
export type Deciding<Result = Decided> = Generator<Read, Result, void>;
