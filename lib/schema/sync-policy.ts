import type { Winner } from '../person/activity.ts';
import type { Fields } from '../person/field-value.ts';
import type { SalesforceType } from '../person/person.ts';

/** What an operator decides about fields, by local name. */
export interface SyncPolicy {
  readonly conflictWinner: Readonly<Record<SalesforceType, Winner>>;
  readonly fields: {
    readonly exclude: readonly string[];
    readonly pullOnly: readonly string[];
    readonly pushOnly: readonly string[];
    readonly conflictWinner: Readonly<Record<string, Winner>>;
  };
  /** Values that a new Lead takes where the person has none. */
  readonly defaults?: Fields;
}

/** The marketing side wins, and nothing is left out. */
export const DEFAULT_POLICY: SyncPolicy = {
  conflictWinner: { Lead: 'local', Contact: 'local' },
  fields: { exclude: [], pullOnly: [], pushOnly: [], conflictWinner: {} },
};
