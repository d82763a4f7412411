import type { Row, RowName } from '../../person/row.ts';
import type { Item } from '../../person/standing.ts';

/**
 * Everything read so far for one question. `undefined`: not read yet. Null: read and absent. A row is read after the
 * items used with the row, and discarded at the next write.
 */
export interface Known {
  readonly items: { get(personId: string): Item | null | undefined };
  readonly rows: { get(rowId: string): Row | null | undefined };
  /** Whether a row state with base's stamp has values other than base. */
  readonly differs: (personId: string, row: Row) => boolean;
  readonly isLeased: (personId: string) => boolean;
  /** Whether the person is parked because the row could not be read. */
  readonly isUnseen: (personId: string) => boolean;
  /** The person claiming the row's email: created locally, never in Salesforce. */
  readonly claimant: (row: Row) => string | null | undefined;
  /** Whether Salesforce has other Leads or Contacts with the row's email. */
  readonly sharesEmail: (row: Row) => boolean | undefined;
  /** The rows found in Salesforce for a person without a living row. */
  readonly found: () => FoundRow | undefined;
  /** Whether a message about the person or row was sent (M0). */
  readonly sent: (id: string) => boolean;
}

export type FoundRow =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly row: Row }
  | { readonly kind: 'several'; readonly rows: readonly Row[] };

/** A read needed for the next step. */
export type Read =
  | { readonly kind: 'readItems'; readonly ids: readonly string[] }
  /** The row as Salesforce holds the row now. */
  | { readonly kind: 'readRow'; readonly name: RowName }
  | { readonly kind: 'readClaimant'; readonly row: Row }
  | { readonly kind: 'readSharedEmail'; readonly row: Row }
  | { readonly kind: 'find'; readonly personId: string };

/** One conditional write of one item, or one message. The question is asked again afterwards. */
export type Step =
  /**
   * The survivor absorbs a frozen person. `row`: a newer state of the survivor's own row, or the present state of the
   * loser's row if the survivor takes the row over.
   */
  | { readonly kind: 'absorb'; readonly loser: string; readonly survivor: string; readonly row: Row | null }
  /** The person's row was merged into the row of an erased person: the person is deleted locally and loses the row. */
  | { readonly kind: 'bury'; readonly personId: string }
  /** A frozen person loses all values, because the survivor was erased. */
  | { readonly kind: 'clear'; readonly personId: string }
  /** A state of the person's own row; null: the row is gone for good. */
  | { readonly kind: 'merge'; readonly personId: string; readonly row: Row | null; readonly keepsNewborn: boolean }
  /** The person's own row cannot be read and nothing proves a deletion: the person is parked. */
  | { readonly kind: 'parkUnseen'; readonly personId: string; readonly row: RowName }
  /** The authority names the person allowed to take the row, or to be created from the row. */
  | { readonly kind: 'claim'; readonly rowId: string; readonly personId: string }
  | { readonly kind: 'noteGone'; readonly row: Row }
  | { readonly kind: 'create'; readonly personId: string; readonly row: Row }
  /** `succeeds`: the row is the successor of the person's own row. */
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
  /** `row`: the message is about the row, and is delayed longer than any manual sync lasts. */
  | { readonly kind: 'send'; readonly personId: string; readonly row?: RowName };

/** The question is answered: no step is left for the worker. */
export type End =
  /** `personId`: the person found by the question, if any. */
  | { readonly kind: 'nothing'; readonly personId: string | null }
  /** A concurrent worker is about to decide: retry with the message's next delivery. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'deletedHere'; readonly personId: string }
  /** The person's row or the successor cannot be read, and may be invisible to the sync user. */
  | { readonly kind: 'notVisible'; readonly personId: string; readonly row: RowName }
  /** The person holds a living row. */
  | { readonly kind: 'push'; readonly personId: string }
  /** Salesforce has no row for the person: create a Lead under the person's key. */
  | { readonly kind: 'insert'; readonly personId: string }
  /** The found row belongs to a different person, or several rows match. */
  | { readonly kind: 'ambiguous'; readonly personId: string; readonly rows: readonly RowName[] };

/** The row of the specification's table behind a step or an end. */
// biome-ignore format: one line for each table
export const RULES = [
  '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21', '22', '23', '24',
  'B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7', 'B8', 'B9',
  'C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C7a', 'C8',
] as const;

export type Rule = (typeof RULES)[number];

export type Decided = (Step | End) & { readonly rule: Rule };

/** A decision in progress; yields the reads needed first. */
export type Deciding<Result = Decided> = Generator<Read, Result, void>;
