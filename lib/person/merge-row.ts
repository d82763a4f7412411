import type { Conflict, FieldChange, Happening, Winner } from './activity.ts';
import { type FieldShapes, type Fields, type FieldValue, isEmptyValue, sameValue } from './field-value.ts';
import { isConversion, linkHappenings, linkOf, relationOf, sameLink, successionHappenings } from './life-cycle.ts';
import { type Person, withPlaceless } from './person.ts';
import { CREATED_TYPE, type Row } from './row.ts';
import { withoutOwnRow } from './standing.ts';

/** For one object: how fields compare, which fields can be pushed, and which side wins a conflict. */
export interface MergeRules {
  readonly shapes: FieldShapes;
  readonly canPush: (field: string) => boolean;
  readonly winnerOf: (field: string) => Winner;
}

/**
 * Values sent by a push. `settled`: Salesforce is known to have saved the values before the row was read, so the row's
 * present values are the push as stored by Salesforce. Not settled: a row value equal to the sent value is the push,
 * and any other value is an edit made in Salesforce.
 */
export interface OwnPush {
  readonly values: Fields;
  readonly settled: boolean;
}

export type RowMerge =
  /** The row state is older than base, or the row no longer belongs to the person: ignored. */
  | { readonly kind: 'stale' }
  /** The row state equals base, including the stamp. */
  | { readonly kind: 'unchanged' }
  /** A newer row state without any new value; `person` has the new stamp. */
  | { readonly kind: 'touched'; readonly person: Person }
  | {
      readonly kind: 'merged';
      /** The next state, with the version and log of the input. */
      readonly person: Person;
      readonly happenings: readonly Happening[];
      readonly pulled: readonly string[];
      readonly conflicts: readonly Conflict[];
    };

/**
 * Merges a row into the row's person, field by field against base:
 *
 * | remote vs base | local vs base | outcome |
 * |---|---|---|
 * | same | same | no change |
 * | changed | same | take remote |
 * | same | changed | stays pending |
 * | changed | changed, equal values | agree |
 * | changed | changed, different | conflict: the rules name the winner |
 *
 * Idempotent: merging the same row again changes nothing.
 */
export function mergeRow(person: Person, row: Row, rules: MergeRules, own?: OwnPush): RowMerge {
  const relation = relationOf(person, row);
  if (relation === 'past') return { kind: 'stale' };
  const unbased = () => withoutBase(person, row, rules, isConversion(person.salesforce, row));
  const start = relation === 'new' ? basedOnAttempt(unbased(), row, rules, own) : person;
  const fields = new FieldMerge(start, rules, own);
  return mergeFields(person, row, fields, linkHappenings(person.salesforce, row));
}

/**
 * Moves the person to the successor of the own row: the winner of a merge, or the Contact of a converted Lead. The
 * successor's values win, values present only locally are kept, and pending edits stay pending. `own`: values pushed to
 * the old row, possibly transferred to the successor.
 */
export function mergeSuccessor(person: Person, row: Row, rules: MergeRules, own?: OwnPush): RowMerge {
  const link = person.salesforce;
  if (person.mergedInto !== null || link === null) return { kind: 'stale' };
  if (link.id === row.id) return mergeRow(person, row, rules, own);
  const fields = new FieldMerge(withoutBase(person, row, rules, true), rules, own);
  return mergeFields(person, row, fields, successionHappenings(person, row));
}

function mergeFields(person: Person, row: Row, fields: FieldMerge, linkChanges: readonly Happening[]): RowMerge {
  fields.mergeAll(row.fields);
  const happenings = [...linkChanges, ...fields.happenings()];
  const link = linkOf(row, person.salesforce);
  const before = person.salesforce?.id === row.id ? { ...person, newborn: false } : withoutOwnRow(person);
  const merged: Person = { ...before, ...fields.state, salesforce: link };
  if (happenings.length > 0 || fields.changed || !sameLink(person.salesforce, link)) {
    const pulled = fields.changes.map((change) => change.field);
    return { kind: 'merged', person: merged, happenings, pulled, conflicts: fields.conflicts };
  }
  return person.salesforce?.systemModstamp === row.systemModstamp
    ? { kind: 'unchanged' }
    : { kind: 'touched', person: merged };
}

/** The fields of one person during a merge; copied on the first change only. */
class FieldMerge {
  local: Record<string, FieldValue>;
  pending: Record<string, FieldValue>;
  placeless: readonly string[];
  readonly changes: FieldChange[] = [];
  readonly conflicts: Conflict[] = [];
  changed = false;
  #localCopied = false;
  #pendingCopied = false;
  readonly #rules: MergeRules;
  readonly #own: OwnPush | undefined;

  constructor(person: Person, rules: MergeRules, own: OwnPush | undefined) {
    this.local = person.fields;
    this.pending = person.pending;
    this.placeless = person.placeless;
    this.#rules = rules;
    this.#own = own;
  }

  get state(): Pick<Person, 'fields' | 'pending' | 'placeless'> {
    return { fields: this.local, pending: this.pending, placeless: this.placeless };
  }

  mergeAll(remoteFields: Fields): void {
    for (const field in remoteFields) {
      const remote = remoteFields[field];
      if (remote !== undefined) this.#merge(field, remote);
    }
    if (this.#own?.settled) this.#settleUnread(this.#own.values, remoteFields);
  }

  /** A sent and saved value of a push-only field is never read back, and becomes base as sent. */
  #settleUnread(sentFields: Fields, remoteFields: Fields): void {
    for (const field in sentFields) {
      const sent = sentFields[field];
      if (sent !== undefined && remoteFields[field] === undefined) this.#settle(field, sent, sent);
    }
  }

  happenings(): Happening[] {
    const found: Happening[] = [];
    if (this.changes.length > 0) {
      found.push({ type: 'fieldsChanged', direction: 'pull', detail: { changes: this.changes } });
    }
    for (const conflict of this.conflicts) found.push({ type: 'conflict', direction: 'pull', detail: conflict });
    return found;
  }

  #merge(field: string, remote: FieldValue): void {
    const sent = this.#sentValue(field, remote);
    const hadPlace = !this.#takePlaceless(field);
    if (sent !== undefined) this.#settle(field, remote, sent);
    else if (field in this.pending) this.#mergeEdited(field, remote);
    else if (!hadPlace) this.#place(field, remote);
    else if (!this.#same(field, this.local[field] ?? null, remote)) this.#take(field, remote);
    else this.#adopt(field, remote);
  }

  /** The sent value, if the remote value is to be treated as the own push rather than an edit made in Salesforce. */
  #sentValue(field: string, remote: FieldValue): FieldValue | undefined {
    const sent = this.#own?.values[field];
    if (sent === undefined) return undefined;
    return this.#own?.settled || this.#same(field, sent, remote) ? sent : undefined;
  }

  /** Base becomes Salesforce's form of the pushed value; so does the local value, unless edited after the push. */
  #settle(field: string, remote: FieldValue, sent: FieldValue): void {
    const local = this.local[field] ?? null;
    if (this.#same(field, local, remote)) {
      this.#setPending(field, undefined);
      this.#adopt(field, remote);
    } else if (this.#same(field, local, sent)) {
      this.#setPending(field, undefined);
      this.#take(field, remote);
    } else {
      // Automation may have rewritten the push, or a user saved between the push and the read: the edit overwrites both.
      const isKnown = this.#same(field, remote, sent) || this.#same(field, remote, this.pending[field] ?? null);
      if (!isKnown) this.conflicts.push({ field, local, remote, winner: 'local' });
      this.#setPending(field, remote);
    }
  }

  #mergeEdited(field: string, remote: FieldValue): void {
    const base = this.pending[field] ?? null;
    const local = this.local[field] ?? null;
    if (this.#same(field, remote, base)) return;
    if (this.#same(field, remote, local)) {
      this.#setPending(field, undefined);
      this.#adopt(field, remote);
      return;
    }
    if (this.#same(field, local, base)) {
      this.#setPending(field, undefined);
      this.#take(field, remote);
      return;
    }
    this.#meet(field, remote);
  }

  /** Whether the field was one without a place, which it is no more. */
  #takePlaceless(field: string): boolean {
    if (!this.placeless.includes(field)) return false;
    this.placeless = this.placeless.filter((each) => each !== field);
    this.changed = true;
    return true;
  }

  /** An edit made while the record had no such field meets what the record holds there. */
  #place(field: string, remote: FieldValue): void {
    if (this.#same(field, this.local[field] ?? null, remote)) this.#adopt(field, remote);
    else if (isEmptyValue(this.#rules.shapes[field], remote) && this.#rules.canPush(field))
      this.#setPending(field, null);
    else this.#meet(field, remote);
  }

  #meet(field: string, remote: FieldValue): void {
    const local = this.local[field] ?? null;
    const winner = this.#rules.winnerOf(field);
    this.conflicts.push({ field, local, remote, winner });
    if (winner === 'local') this.#setPending(field, remote);
    else {
      this.#setPending(field, undefined);
      this.#setLocal(field, remote);
    }
  }

  /** Equal values: the local spelling becomes Salesforce's, without an activity. */
  #adopt(field: string, remote: FieldValue): void {
    const local = this.local[field] ?? null;
    if (local !== remote && withoutLineEnds(local) !== withoutLineEnds(remote)) this.#setLocal(field, remote);
  }

  #take(field: string, remote: FieldValue): void {
    this.changes.push({ field, from: this.local[field] ?? null, to: remote });
    this.#setLocal(field, remote);
  }

  #same(field: string, left: FieldValue, right: FieldValue): boolean {
    return sameValue(this.#rules.shapes[field], left, right);
  }

  #setLocal(field: string, value: FieldValue): void {
    const writable: Record<string, FieldValue> = this.#localCopied ? this.local : { ...this.local };
    writable[field] = value;
    this.local = writable;
    this.#localCopied = true;
    this.changed = true;
  }

  #setPending(field: string, base: FieldValue | undefined): void {
    const known = this.pending[field];
    if (known === base || (known !== undefined && base !== undefined && this.#same(field, known, base))) return;
    const writable: Record<string, FieldValue> = this.#pendingCopied ? this.pending : { ...this.pending };
    if (base === undefined) delete writable[field];
    else writable[field] = base;
    this.pending = writable;
    this.#pendingCopied = true;
    this.changed = true;
  }
}

/** The API decides between `\n` and `\r\n`, so a difference in line ends is no change. */
function withoutLineEnds(value: FieldValue): FieldValue {
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : value;
}

/**
 * The person prepared for a row without a stored base. Values present only locally become pending. Where the values
 * differ: a pending edit keeps the known base. For a successor, the predecessor's value is base (Salesforce copies a
 * converted Lead's values to the Contact). For a newly linked row base is unknown, so every local value counts as an
 * edit of an empty field. An edit of a field that the row lacks is kept without a place.
 */
function withoutBase(person: Person, row: Row, rules: MergeRules, succeeds: boolean): Person {
  const pending: Record<string, FieldValue> = {};
  const placeless = withoutPlace(person, rules);
  for (const field in person.fields) {
    const local = person.fields[field] ?? null;
    const remote = row.fields[field] ?? null;
    const shape = rules.shapes[field];
    if (placeless.includes(field) || !rules.canPush(field) || sameValue(shape, local, remote)) continue;
    const base = isEmptyValue(shape, remote) ? undefined : person.pending[field];
    if (base !== undefined) pending[field] = base;
    else if (!isEmptyValue(shape, local) && !(succeeds && !isEmptyValue(shape, remote))) pending[field] = null;
  }
  return { ...person, pending, placeless };
}

/** The edits for which a row has no place. Whatever a person without a row holds was entered here. */
function withoutPlace({ fields, pending, placeless, salesforce }: Person, { shapes }: MergeRules): readonly string[] {
  const edited = Object.keys(salesforce === null ? fields : pending);
  return edited.filter((field) => !(field in shapes) && fields[field] != null).reduce(withPlaceless, placeless);
}

/**
 * A Lead carrying the person's id was created by a request of ours with a lost answer: base of a later local edit is
 * the value sent.
 */
function basedOnAttempt(person: Person, row: Row, rules: MergeRules, own: OwnPush | undefined): Person {
  if (own === undefined || row.type !== CREATED_TYPE || row.personId !== person.personId) return person;
  const pending = { ...person.pending };
  for (const [field, sent] of Object.entries(own.values)) {
    const isEdited = !sameValue(rules.shapes[field], person.fields[field] ?? null, sent ?? null);
    if (isEdited && rules.canPush(field)) pending[field] = sent ?? null;
  }
  return { ...person, pending };
}
